"""Vendors that report findings and can tell later whether a finding is fixed."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused
from integrations.providers.recheck import RecheckResult
from integrations.providers.types import FindingList


class FindingSource(Provider):
    """A vendor with findings. `checks` are the keys of the checks that `recheck` answers."""

    checks: ClassVar[tuple[str, ...]]

    @abstractmethod
    def finding_lists(self) -> Sequence[FindingList]:
        """Return the lists of findings that the vendor has."""

    @abstractmethod
    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        """Ask whether a finding is fixed.

        `evidence` is the finding's, with its external id as `source`; `since` is when the fix was ready.
        """

    @property
    def resolvable_prefix(self) -> str:
        """The start of the ids of findings that are resolved at the vendor too; empty: none are."""
        return ""

    def resolve(self, external_id: str) -> None:
        """Mark a finding as fixed at the vendor. Idempotent."""
        raise ProviderRefused(f"{self.title} does not support resolving findings.")
