from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from krafter_audit.api.lookup import get_or_404
from remediation.models import Policy, PolicyVersion


class PolicyVersionListing:
    """The current version of a policy, then the earlier ones, newest first."""

    order: ClassVar = ("version",)
    model = Policy

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def fetch(
        self, position: Sequence[Any] | None, limit: int, offset: int
    ) -> Sequence[Policy | PolicyVersion]:
        """Return at most `limit` versions before the one at `position`."""
        earlier = PolicyVersion.objects.filter(policy=self._policy).order_by("-version")
        if position is not None:
            return list(earlier.filter(version__lt=position[0])[:limit])
        return [self._policy, *earlier[: limit - 1]]


def get_version(policy: Policy, pk: UUID) -> Policy | PolicyVersion:
    """Return the current or an earlier version. Raises NotFound."""
    if pk == policy.pk:
        return policy
    return get_or_404(PolicyVersion.objects.all(), policy=policy, pk=pk)
