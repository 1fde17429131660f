"""What the traffic of a finding's pages does to its impact, and how it is undone.

The evidence keeps what the numbers were without it (`traffic_weight`), so that weighing again begins from there
and nothing drifts, and so that everybody sees why they are what they are.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from findings.priority import Priority, score_of

WEIGHT = "traffic_weight"
DIGITS = 6  # of a share: numbers are worked out of what is kept, so that they come out the same again


def factor(share: float) -> float:
    """Return 0.75 for pages that nobody looks at, 1 for a quarter of all views, 1.25 for all of them."""
    return 0.75 + 0.5 * sqrt(min(max(share, 0.0), 1.0))


def weighed(bare: Priority, share: float) -> Priority:
    """Return the numbers with traffic. A score that the source chose itself moves in the same proportion."""
    times = factor(share)
    impact = _bounded(bare.impact * times)
    chosen = bare.score != score_of(bare.impact, bare.effort, bare.risk)
    score = _bounded(bare.score * times) if chosen else score_of(impact, bare.effort, bare.risk)
    return Priority(impact, bare.effort, bare.risk, score)


def without(numbers: Priority, evidence: Mapping[str, Any]) -> Priority:
    """Return the numbers as they are without traffic: as kept, unless somebody has set them since."""
    kept = _kept(evidence)
    if (kept.get("impact"), kept.get("score")) != (numbers.impact, numbers.score):
        return numbers
    bare = (kept.get("impact_without"), kept.get("score_without"))
    if not all(isinstance(number, int) and 0 <= number <= 100 for number in bare):
        return numbers
    return Priority(int(bare[0] or 0), numbers.effort, numbers.risk, int(bare[1] or 0))


def carried(bare: Priority, evidence: Mapping[str, Any]) -> tuple[Priority, dict[str, Any]]:
    """Return new numbers with the traffic that the evidence knows of, and what the evidence is to say of it."""
    kept = _kept(evidence)
    share = kept.get("share")
    if not isinstance(share, int | float):
        return bare, {}
    then = weighed(bare, share)
    return then, {WEIGHT: {**kept, **told(bare, then, share)}}


def told(bare: Priority, then: Priority, share: float) -> dict[str, Any]:
    """Return what the evidence says of the numbers."""
    return {
        "share": share,
        "factor": round(factor(share), 3),
        "impact": then.impact,
        "impact_without": bare.impact,
        "score": then.score,
        "score_without": bare.score,
    }


def _kept(evidence: Mapping[str, Any]) -> dict[str, Any]:
    kept = evidence.get(WEIGHT)
    return kept if isinstance(kept, dict) else {}


def _bounded(number: float) -> int:
    return min(100, max(0, round(number)))
