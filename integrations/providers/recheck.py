"""The result of asking a vendor whether a finding is fixed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RecheckResult:
    """Whether a finding is fixed; `fixed` is None where the vendor's answer does not say.

    `message` is a sentence, `evidence` the values it was read from.
    """

    fixed: bool | None
    message: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


def result_by_state(
    state: Any,
    *,
    subject: str,
    fixed: Mapping[str, str],
    open_: Mapping[str, str],
    undecided: Mapping[str, str],
) -> RecheckResult:
    """Map the vendor's state to a result. Each mapping completes the sentence; an unknown state is undecided."""
    evidence, name = {"state": state}, str(state)
    for verdict, sentences in ((True, fixed), (False, open_), (None, undecided)):
        if name in sentences:
            return RecheckResult(verdict, f"{subject} {sentences[name]}.", evidence)
    return RecheckResult(
        None, f"{subject} has a state that this version does not know: {name[:60]!r}.", evidence
    )
