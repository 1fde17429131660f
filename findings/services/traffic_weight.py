from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_events
from findings import priority
from findings.models import OPEN_STATUSES, Domain, Finding
from findings.priority import (
    SHARE_DIGITS,
    TRAFFIC_WEIGHT,
    Priority,
    priority_of,
    reapply_traffic,
    traffic_evidence,
    with_traffic,
    without_traffic,
)
from krafter_audit.db.advisory_locks import advisory_lock

BATCH_SIZE = 1000  # findings of one transaction
UPDATE_SIZE = 200  # rows of one UPDATE
type Position = tuple[str, str]  # the domain and title of a finding
type ShareOf = Callable[[Sequence[Any]], float | None]
READ_FIELDS = ("project", "impact", "effort", "risk", "score", "severity", "affected_assets", "evidence")
WRITTEN_FIELDS = ("impact", "risk", "score", "evidence", "updated_at")
START: Position = ("", "")


def apply_traffic(
    project: Project, share_of: ShareOf, source: Mapping[str, Any], *, by: Actor, after: Position
) -> Position | None:
    """Apply traffic to the next thousand open findings; return the last one's position, None when all are done.

    `share_of` returns the share of all page views, 0 to 1; None for assets that name no page.
    """
    found = _next(project, after)
    if not found:
        return None
    with transaction.atomic():
        # Excludes ingestion, which locks the same rows in another order.
        advisory_lock(f"ingest:{project.pk}")
        rows = Finding.objects.select_for_update().filter(pk__in=[pk for pk, _, _ in found])
        locked = rows.filter(status__in=OPEN_STATUSES).order_by("id").only(*READ_FIELDS)
        changed = [finding for finding in locked if _apply(finding, share_of, source)]
        _save(changed)
        numbers = [(row.pk, {"impact": row.impact, "score": row.score}) for row in changed]
        log_events("finding.priority_changed", project, numbers, by=by)
    _, domain, title = found[-1]
    return (domain, title)


def _next(project: Project, after: Position) -> list[tuple[UUID, str, str]]:
    # By domain and title: an order that traffic does not change while the batches proceed.
    rows = Finding.objects.filter(project=project, status__in=OPEN_STATUSES)
    found: list[tuple[UUID, str, str]] = []
    for domain in sorted(Domain.values):
        if domain < after[0] or len(found) >= BATCH_SIZE:
            continue
        here = rows.filter(domain=domain, title__gt=after[1] if domain == after[0] else "")
        listed = here.order_by("title").values_list("pk", "domain", "title")
        found += listed[: BATCH_SIZE - len(found)]
    return found


def _apply(finding: Finding, share_of: ShareOf, source: Mapping[str, Any]) -> bool:
    current, stored = priority_of(finding), finding.evidence.get(TRAFFIC_WEIGHT)
    base, share = without_traffic(current, finding.evidence), share_of(finding.affected_assets)
    if share is None:
        if stored is None:
            return False
        _set(finding, base, None)
        return True
    share = round(share, SHARE_DIGITS)
    weighted = with_traffic(base, share)
    same_source = isinstance(stored, dict) and all(
        stored.get(name) == source.get(name) for name in ("source", "property")
    )
    # The same shares again change nothing: no event, no new ETag.
    if weighted == current and same_source:
        return False
    _set(finding, weighted, {**source, **traffic_evidence(base, weighted, share)})
    return True


def _set(finding: Finding, numbers: Priority, weight: dict[str, Any] | None) -> None:
    finding.impact, finding.risk, finding.score = numbers.impact, numbers.risk, numbers.score
    finding.evidence = {name: value for name, value in finding.evidence.items() if name != TRAFFIC_WEIGHT}
    if weight is not None:
        finding.evidence[TRAFFIC_WEIGHT] = weight


def _save(findings: Sequence[Finding]) -> None:
    now = timezone.now()
    for finding in findings:
        finding.updated_at = now
    # bulk_update writes a CASE with a branch for each row, so that large batches are slow.
    Finding.objects.bulk_update(findings, WRITTEN_FIELDS, batch_size=UPDATE_SIZE)


def update_default_priorities(previous: Mapping[UUID, str], severity: str) -> None:
    """Set the default priority of a new severity in findings with traffic that had that of their previous one."""
    changed = []
    for finding in Finding.objects.filter(pk__in=list(previous), evidence__has_key=TRAFFIC_WEIGHT).only(
        *READ_FIELDS
    ):
        numbers = priority_of(finding)
        base = without_traffic(numbers, finding.evidence)
        # A priority that a person or a source has set stays.
        if base is not numbers and base == priority.for_severity(previous[finding.pk]):
            weighted, weight = reapply_traffic(priority.for_severity(severity), finding.evidence)
            _set(finding, weighted, weight.get(TRAFFIC_WEIGHT))
            changed.append(finding)
    _save(changed)
