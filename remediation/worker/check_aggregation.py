"""From what a check saw of each page to what it says of the finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from krafter_audit.http.timestamps import format_timestamp
from remediation.models import CheckStatus
from scanner import registry
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome


@dataclass(frozen=True)
class Answer:
    """What one check says about all its pages."""

    status: CheckStatus
    after: Any
    seen: dict[str, Any]


def judge(key: str, outcomes: Mapping[str, Outcome]) -> Answer:
    """Put the pages together: one failure fails, one page that could not be looked at is inconclusive."""
    said = [outcome.status for outcome in outcomes.values()]
    status = CheckStatus.INCONCLUSIVE
    if FAILED in said:
        status = CheckStatus.FAILED
    elif said and all(word == PASSED for word in said):
        status = CheckStatus.PASSED
    values = [outcome.value for outcome in outcomes.values() if isinstance(outcome.value, int | float)]
    known = registry.get(key)
    after: Any = status.value
    if values and known and known.metric and status != CheckStatus.INCONCLUSIVE:
        after = known.metric.worst(values)
    seen = {
        "outcome": status.value,
        "after": after,
        "looked_at": format_timestamp(timezone.now()),
        "pages": [{"url": url, **shown(outcome)} for url, outcome in outcomes.items()],
    }
    return Answer(status, after, seen)


def shown(outcome: Outcome) -> dict[str, Any]:
    """Return one page's outcome; what does not apply any more was not seen to pass."""
    shown = outcome.to_json()
    if outcome.status not in (PASSED, FAILED, INCONCLUSIVE):
        shown["reason"] = "target_missing"
    return shown
