from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from krafter_audit.http.timestamps import format_timestamp
from remediation.models import CheckStatus
from scanner import registry
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome


@dataclass(frozen=True)
class AggregatedResult:
    """The result of a check over all its pages; `after` is the value after the fix."""

    status: CheckStatus
    after: Any
    evidence: dict[str, Any]


def aggregate(key: str, outcomes: Mapping[str, Outcome]) -> AggregatedResult:
    """Aggregate outcomes by URL: failed if one failed, passed if all passed, else inconclusive."""
    statuses = [outcome.status for outcome in outcomes.values()]
    status = CheckStatus.INCONCLUSIVE
    if FAILED in statuses:
        status = CheckStatus.FAILED
    elif set(statuses) == {PASSED}:
        status = CheckStatus.PASSED
    values = [outcome.value for outcome in outcomes.values() if isinstance(outcome.value, int | float)]
    check = registry.get(key)
    after: Any = status.value
    if values and check and check.metric and status != CheckStatus.INCONCLUSIVE:
        after = check.metric.worst(values)
    evidence = {
        "outcome": status.value,
        "after": after,
        "checked_at": format_timestamp(timezone.now()),
        "pages": [{"url": url, **page_evidence(outcome)} for url, outcome in outcomes.items()],
    }
    return AggregatedResult(status, after, evidence)


def page_evidence(outcome: Outcome) -> dict[str, Any]:
    evidence = outcome.to_json()
    # A check that no longer applies to the page has not passed: what it failed on is missing.
    if outcome.status not in (PASSED, FAILED, INCONCLUSIVE):
        evidence["reason"] = "target_missing"
    return evidence
