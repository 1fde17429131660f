"""Vendors that report findings and can check whether one is fixed."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused
from integrations.providers.types import FindingList


@dataclass(frozen=True)
class RecheckResult:
    """The answer of a vendor about one finding."""

    fixed: bool | None  # None if the answer does not say
    message: str  # a sentence
    evidence: Mapping[str, Any] = field(default_factory=dict)  # the values from which `fixed` was read


def result_by_state(
    state: Any,
    *,
    subject: str,
    fixed: Mapping[str, str],
    open_: Mapping[str, str],
    undecided: Mapping[str, str],
) -> RecheckResult:
    """Map the vendor's state to a result; an unknown state is undecided. Each mapping completes the sentence."""
    evidence, name = {"state": state}, str(state)
    for verdict, sentences in ((True, fixed), (False, open_), (None, undecided)):
        if name in sentences:
            return RecheckResult(verdict, f"{subject} {sentences[name]}.", evidence)
    return RecheckResult(
        None, f"{subject} has a state that this version does not know: {name[:60]!r}.", evidence
    )


class FindingSource(Provider):
    checks: ClassVar[tuple[str, ...]]  # the keys of the checks that `recheck` answers

    @abstractmethod
    def finding_lists(self) -> Sequence[FindingList]: ...
    @abstractmethod
    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        """Return whether a finding is fixed, as the vendor says.

        `evidence` is the finding's, with its external id as `source`; `since` is when the fix was ready.
        """

    @property
    def resolvable_prefix(self) -> str:
        """The prefix of the ids of findings that are resolved at the vendor too; empty: none."""
        return ""

    def resolve(self, external_id: str) -> None:
        """Mark a finding as fixed at the vendor. Idempotent."""
        raise ProviderRefused(f"{self.title} does not support resolving findings.")
