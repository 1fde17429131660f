"""A person sorts findings: what matters, whose it is, what is not worth mending."""

from collections.abc import Mapping
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, F, PositiveSmallIntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event, log_events
from findings import priority
from findings.errors import FindingResolved, ResolvedRequiresVerification, TitleTaken
from findings.locks import lock_finding
from findings.models import Finding, FindingStatus, Severity
from findings.services import traffic_weight
from findings.weight import carried, without
from krafter_audit.api.etags import require_match

LOT = 1000  # rows of a bulk that are in memory at once
SMALL = PositiveSmallIntegerField()


def update(
    finding_id: UUID,
    *,
    changes: Mapping[str, Any],
    by: Actor,
    project: Project | None = None,
    if_match: str | None = None,
) -> Finding:
    """Apply `changes` (severity, status, owner_id, title, description, recommended_fix) to one finding."""
    try:
        with transaction.atomic():
            finding = lock_finding(finding_id, project)
            require_match(if_match, finding)
            _refuse_forbidden_status(finding.status, changes.get("status"))
            was = {name: getattr(finding, name) for name in changes}
            after = _with_priority(finding, changes)
            Finding.transitions.apply(finding, after.pop("status", finding.status), **after)
            log_event("finding.updated", finding, by=by, was=was, now=dict(changes))
    except IntegrityError as error:
        if "unique_finding_title" in str(error):
            raise TitleTaken from None
        raise
    return finding


@transaction.atomic
def update_many(project: Project, rows: QuerySet[Finding], *, changes: Mapping[str, Any], by: Actor) -> int:
    """Apply `changes` (severity, status, owner_id) to all of `rows`, all or nothing; return how many changed.

    The rows are locked in the order of their ids and read through a cursor: a million of them cost time, not memory.
    """
    names = sorted({"status", *changes})
    locked = rows.select_for_update().order_by("id").values("pk", *names)
    changed = 0
    for lot in batched(locked.iterator(chunk_size=LOT), LOT):
        for row in lot:
            _refuse_forbidden_status(row["status"], changes.get("status"))
        found, values = Finding.objects.filter(pk__in=[row["pk"] for row in lot]), _values(changes)
        if "status" in values:
            starts = {row["status"] for row in lot}
            Finding.transitions.update(found, starts, values.pop("status"), **values)
        else:
            found.update(**values)
        if "severity" in changes:
            traffic_weight.follow_severity({row["pk"]: row["severity"] for row in lot}, changes["severity"])
        told = ((row["pk"], {name: row[name] for name in changes}) for row in lot)
        events = [(pk, {"was": was, "now": dict(changes)}) for pk, was in told]
        log_events("finding.updated", project, events, by=by)
        changed += len(lot)
    return changed


def _values(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one UPDATE sets; numbers that were the usual ones of the old severity follow the new one."""
    values = {**changes, "updated_at": timezone.now()}
    if "severity" in changes:
        usual = Q()
        for severity in Severity.values:
            usual |= Q(severity=severity, **vars(priority.usual(severity)))
        for name, number in vars(priority.usual(changes["severity"])).items():
            values[name] = Case(When(usual, then=Value(number)), default=F(name), output_field=SMALL)
    return values


def _refuse_forbidden_status(before: str, after: str | None) -> None:
    if after is None or after == before:
        return
    if after == FindingStatus.RESOLVED:
        raise ResolvedRequiresVerification
    if before == FindingStatus.RESOLVED:
        raise FindingResolved


def _with_priority(finding: Finding, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes with the numbers of the priority where they follow a new severity."""
    after = dict(changes)
    if "severity" in changes and _bare(finding) == priority.usual(finding.severity):
        # The numbers were the usual ones of the old severity: they follow. A person's or a source's own stay.
        numbers, weight = carried(priority.usual(changes["severity"]), finding.evidence)
        after |= vars(numbers)
        if weight:
            after["evidence"] = finding.evidence | weight
    return after


def _bare(finding: Finding) -> priority.Priority:
    """Return the numbers of a finding's priority as they are without the traffic of its pages."""
    numbers = priority.Priority(finding.impact, finding.effort, finding.risk, finding.score)
    return without(numbers, finding.evidence)
