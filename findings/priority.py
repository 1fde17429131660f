"""How urgent a finding is: impact, effort and risk, 0 to 100 each, and the score that lists are ordered by."""

from dataclasses import dataclass

from findings.models import Severity

WEIGHTS = {Severity.CRITICAL: 95, Severity.HIGH: 80, Severity.MEDIUM: 55, Severity.LOW: 30}
USUAL_EFFORT = 30


@dataclass(frozen=True)
class Priority:
    """The four numbers."""

    impact: int
    effort: int
    risk: int
    score: int


def score_of(impact: int, effort: int, risk: int) -> int:
    """Return impact × risk, up to a third less where the effort is great; 0 to 100."""
    return round(impact * risk / 100 * (1 - effort / 300))


def usual(severity: str) -> Priority:
    """Return the priority of a finding of which only the severity is known."""
    return complete(severity)


def complete(
    severity: str,
    *,
    impact: int | None = None,
    effort: int | None = None,
    risk: int | None = None,
    score: int | None = None,
) -> Priority:
    """Fill in what a source left out."""
    weight = WEIGHTS[Severity(severity)]
    impact = weight if impact is None else impact
    risk = weight if risk is None else risk
    effort = USUAL_EFFORT if effort is None else effort
    return Priority(impact, effort, risk, score_of(impact, effort, risk) if score is None else score)
