"""The priority of a finding: impact, effort, risk, the score that orders lists, and traffic."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from findings.models import Finding, Severity

SEVERITY_WEIGHTS = {Severity.CRITICAL: 95, Severity.HIGH: 80, Severity.MEDIUM: 55, Severity.LOW: 30}
DEFAULT_EFFORT = 30  # of 100, where the report has none
# The evidence stores the numbers without traffic: new figures are applied to those, so that the numbers never drift.
TRAFFIC_WEIGHT = "traffic_weight"  # the key in a finding's evidence
SHARE_DIGITS = 6  # numbers are computed from the rounded share that is stored, so that they are reproducible


@dataclass(frozen=True)
class Priority:
    impact: int
    effort: int
    risk: int
    score: int


def priority_of(finding: Finding) -> Priority:
    return Priority(finding.impact, finding.effort, finding.risk, finding.score)


def score_of(impact: int, effort: int, risk: int) -> int:
    """Return impact × risk, reduced by up to a third for a high effort; 0 to 100."""
    return round(impact * risk / 100 * (1 - effort / 300))


def for_severity(
    severity: str,
    *,
    impact: int | None = None,
    effort: int | None = None,
    risk: int | None = None,
    score: int | None = None,
) -> Priority:
    """Return the default priority of a severity, with the numbers given."""
    weight = SEVERITY_WEIGHTS[Severity(severity)]
    impact = weight if impact is None else impact
    risk = weight if risk is None else risk
    effort = DEFAULT_EFFORT if effort is None else effort
    return Priority(impact, effort, risk, score_of(impact, effort, risk) if score is None else score)


def traffic_factor(share: float) -> float:
    """Return the factor of a share of all page views: 0.75 for none, 1 for a quarter, 1.25 for all."""
    # The root spreads the small shares, which most pages have.
    return 0.75 + 0.5 * sqrt(min(max(share, 0.0), 1.0))


def with_traffic(base: Priority, share: float) -> Priority:
    factor = traffic_factor(share)
    impact = _bounded(base.impact * factor)
    custom_score = base.score != score_of(base.impact, base.effort, base.risk)
    # A score that the source set itself changes in the same proportion.
    score = _bounded(base.score * factor) if custom_score else score_of(impact, base.effort, base.risk)
    return Priority(impact, base.effort, base.risk, score)


def without_traffic(current: Priority, evidence: Mapping[str, Any]) -> Priority:
    stored = _stored(evidence)
    # The stored numbers are outdated once a person or a source has set others.
    if (stored.get("impact"), stored.get("score")) != (current.impact, current.score):
        return current
    base = (stored.get("impact_without"), stored.get("score_without"))
    if not all(isinstance(number, int) and 0 <= number <= 100 for number in base):
        return current
    return Priority(int(base[0] or 0), current.effort, current.risk, int(base[1] or 0))


def reapply_traffic(base: Priority, evidence: Mapping[str, Any]) -> tuple[Priority, dict[str, Any]]:
    """Return new base numbers with the stored traffic share, and the new `traffic_weight`."""
    stored = _stored(evidence)
    # Free-form JSON: a source may have sent its own `traffic_weight`.
    share = stored.get("share")
    if not isinstance(share, int | float):
        return base, {}
    weighted = with_traffic(base, share)
    return weighted, {TRAFFIC_WEIGHT: {**stored, **traffic_evidence(base, weighted, share)}}


def traffic_evidence(base: Priority, weighted: Priority, share: float) -> dict[str, Any]:
    return {
        "share": share,
        "factor": round(traffic_factor(share), 3),
        "impact": weighted.impact,
        "impact_without": base.impact,
        "score": weighted.score,
        "score_without": base.score,
    }


def _stored(evidence: Mapping[str, Any]) -> dict[str, Any]:
    stored = evidence.get(TRAFFIC_WEIGHT)
    return stored if isinstance(stored, dict) else {}


def _bounded(number: float) -> int:
    return min(100, max(0, round(number)))
