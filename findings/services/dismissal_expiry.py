from collections import defaultdict
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.actors import SYSTEM
from accounts.models import Project
from events.log import log_events
from findings.models import Dismissal, DismissalEnd, Finding, FindingStatus
from findings.services import dismissals
from krafter_audit.jobs.isolation import isolated, one_by_one

BATCH_SIZE = 500  # findings of one transaction


def reopen_expired() -> int:
    """Reopen findings whose dismissal was accepted until a past day; return their number."""
    reopened = 0
    projects = _due().order_by("finding__project").values_list("finding__project", flat=True).distinct()
    for project_id in list(projects):
        with isolated("end of dismissals", project_id) as isolation:
            while number := _reopen_batch(project_id):
                reopened += number
        if isolation.failed:
            due = _due().filter(finding__project=project_id).order_by("?")
            pks = list(due.values_list("finding", flat=True)[:BATCH_SIZE])
            reopened += one_by_one("end of dismissal", pks, partial(_reopen_batch, project_id))
    return reopened


@transaction.atomic
def _reopen_batch(project_id: UUID, finding_id: UUID | None = None) -> int:
    # Findings that a request or another worker holds are left to the next call.
    expired = _lock_expired(project_id, finding_id)
    statuses: dict[str, list[UUID]] = defaultdict(list)
    for row in expired:
        statuses[row.status_before].append(row.finding_id)
    dismissals.end([row.finding_id for row in expired], DismissalEnd.EXPIRED, by=SYSTEM)
    for status, pks in statuses.items():
        Finding.transitions.update(Finding.objects.filter(pk__in=pks), FindingStatus.DISMISSED, status)
    if expired:
        project = Project.objects.get(pk=project_id)
        events = [(row.finding_id, _event_data(row)) for row in expired]
        log_events("finding.dismissal_expired", project, events, by=SYSTEM)
    return len(expired)


def _due() -> QuerySet[Dismissal]:
    return Dismissal.objects.filter(
        ended_at=None, accepted_until__lt=dismissals.today(), finding__project__archived_at=None
    )


def _lock_expired(project_id: UUID, finding_id: UUID | None) -> list[Dismissal]:
    due = _due().filter(finding__project=project_id)
    due = due.filter(finding=finding_id) if finding_id else due
    findings = Finding.objects.filter(status=FindingStatus.DISMISSED, pk__in=due.values("finding"))
    locked = findings.select_for_update(skip_locked=True).order_by("pk")[:BATCH_SIZE]
    pks = list(locked.values_list("pk", flat=True))
    # Read after the lock: a request may have ended or extended a dismissal in the meantime.
    rows = due.filter(finding__in=pks).select_related("finding")
    return list(
        rows.only(
            "reason", "comment", "accepted_until", "status_before", "finding__project", "finding__severity"
        )
    )


def _event_data(row: Dismissal) -> dict[str, object]:
    return {
        "before": {"status": FindingStatus.DISMISSED},
        "after": {"status": row.status_before},
        "severity": row.finding.severity,
        "dismissal": dismissals.DismissalValues(row.reason, row.comment, row.accepted_until).to_json(),
    }
