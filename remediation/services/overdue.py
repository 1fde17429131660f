from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actors import SYSTEM
from events.log import log_events
from findings.models import FindingStatus
from remediation.models import Task
from remediation.services import dismissed_findings

BATCH_SIZE = 1000


@transaction.atomic
def log_overdue_tasks() -> int:
    """Log the tasks that became overdue since the last call; return their number."""
    due = Task.objects.filter(
        Task.overdue_unlogged(), sla_due_at__lt=timezone.now(), project__archived_at=None
    ).order_by("sla_due_at")
    # A task that a request is changing is logged by the next call: this job must not wait for requests.
    rows = due.select_for_update(of=("self",), skip_locked=True).select_related("project", "finding")
    columns = ("project", "sla_due_at", "finding__severity", "finding__status", "finding_id")
    found = list(rows.only(*columns)[:BATCH_SIZE])
    tasks = [task for task in found if task.finding.status != FindingStatus.DISMISSED]
    # A date that a person has set while the finding is dismissed is paused when it passes.
    dismissed_findings.pause_clocks({task.pk for task in found} - {task.pk for task in tasks}, by=SYSTEM)
    for project in {task.project for task in tasks}:
        events = [
            (
                task.pk,
                {"finding_id": task.finding_id, "severity": task.finding.severity, "due": task.sla_due_at},
            )
            for task in tasks
            if task.project_id == project.pk
        ]
        log_events("task.overdue", project, events, by=SYSTEM)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(overdue_logged_for=F("sla_due_at"))
    return len(tasks)
