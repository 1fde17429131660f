"""Log events about tasks whose due date is near or has passed.

A task that a request is changing is logged by the next call: these jobs must not wait for requests.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.actors import SYSTEM
from events.log import log_events
from findings.models import FindingStatus
from remediation.models import Policy, Task
from remediation.services import dismissed_findings
from remediation.sla.policy import rules_of

BATCH_SIZE = 1000  # overdue tasks; and tasks of one project and warning


@transaction.atomic
def log_overdue_tasks() -> int:
    """Log the tasks that became overdue since the last call; return their number."""
    due = Task.objects.filter(
        Task.overdue_unlogged(), sla_due_at__lt=timezone.now(), project__archived_at=None
    ).order_by("sla_due_at")
    rows = due.select_for_update(of=("self",), skip_locked=True).select_related("project", "finding")
    columns = ("project", "sla_due_at", "finding__severity", "finding__status", "finding_id")
    found = list(rows.only(*columns)[:BATCH_SIZE])
    tasks = [task for task in found if task.finding.status != FindingStatus.DISMISSED]
    # A date that a person has set while the finding is dismissed is paused when it passes.
    dismissed_findings.pause_clocks({task.pk for task in found} - {task.pk for task in tasks}, by=SYSTEM)
    for project in {task.project for task in tasks}:
        events = [(task.pk, _data(task)) for task in tasks if task.project_id == project.pk]
        log_events("task.overdue", project, events, by=SYSTEM)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(overdue_logged_for=F("sla_due_at"))
    return len(tasks)


def log_due_tasks() -> int:
    """Log tasks that are due soon, once for each warning of the policy; return their number."""
    policies = Policy.objects.filter(active=True, sla_warns_before__isnull=False, project__archived_at=None)
    # The shortest time first: a task that is nearer than several warnings is logged once.
    return sum(
        _log_warning(policy, before, timezone.now())
        for policy in policies.select_related("project").order_by("pk")
        for before in rules_of(policy.config).warnings
    )


@transaction.atomic
def _log_warning(policy: Policy, before: timedelta, now: datetime) -> int:
    unlogged = Q(sla_warned_before__isnull=True) | Q(sla_warned_before__gt=before)
    due = Task.objects.filter(
        unlogged, project=policy.project, sla_due_at__gt=now, sla_due_at__lte=now + before
    )
    due = due.exclude(status=Task.Status.DONE).exclude(finding__status=FindingStatus.DISMISSED)
    rows = due.order_by("sla_due_at")
    tasks = list(
        rows.select_for_update(of=("self",), skip_locked=True).select_related("finding")[:BATCH_SIZE]
    )
    seconds = int(before.total_seconds())
    events = [(task.pk, {**_data(task), "before_seconds": seconds}) for task in tasks]
    if events:
        log_events("task.due_soon", policy.project, events, by=SYSTEM)
        Task.objects.filter(pk__in=[task.pk for task in tasks]).update(sla_warned_before=before)
    return len(tasks)


def _data(task: Task) -> dict[str, Any]:
    return {"finding_id": task.finding_id, "severity": task.finding.severity, "due": task.sla_due_at}
