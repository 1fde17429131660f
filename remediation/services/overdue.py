"""Work that is past its date is recorded once for each date it is given."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actors import SYSTEM
from events.log import log_events
from remediation.models import Task

MOST_AT_ONCE = 1000


@transaction.atomic
def record_new() -> int:
    """Record the tasks that have become overdue since the last look; return how many. An index has just these."""
    late = Task.objects.filter(Task.overdue_unlogged(), sla_due_at__lt=timezone.now()).order_by("sla_due_at")
    rows = late.select_for_update(of=("self",), skip_locked=True).select_related("project", "finding")
    tasks = list(rows.only("project", "sla_due_at", "finding__severity", "finding_id")[:MOST_AT_ONCE])
    for project in {task.project for task in tasks}:
        told = [
            (
                task.pk,
                {"finding_id": task.finding_id, "severity": task.finding.severity, "due": task.sla_due_at},
            )
            for task in tasks
            if task.project_id == project.pk
        ]
        log_events("task.overdue", project, told, by=SYSTEM)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(overdue_logged_for=F("sla_due_at"))
    return len(tasks)
