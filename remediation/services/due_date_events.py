"""Log events about tasks whose due date is near or has passed.

A task that a request is changing is logged by the next call: these jobs must not wait for requests.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from events.log import log_events
from findings.models import FindingStatus
from krafter_audit.jobs.isolation import isolated, one_by_one
from remediation.models import Policy, Task
from remediation.services import dismissed_findings
from remediation.sla.policy import rules_of

BATCH_SIZE = 1000  # overdue tasks of one call; and tasks of one project and warning


def log_overdue_tasks() -> int:
    """Log the tasks that became overdue since the last call; return their number."""
    logged = 0
    for project in _projects_with_overdue_tasks():
        if logged >= BATCH_SIZE:
            break
        left = BATCH_SIZE - logged
        with isolated("overdue tasks", project.pk) as isolation:
            logged += _log_overdue(project, left)
        if isolation.failed:
            pks = list(_overdue(project).order_by("?").values_list("pk", flat=True)[:left])
            logged += one_by_one("overdue task", pks, partial(_log_overdue, project, 1))
    return logged


def _projects_with_overdue_tasks() -> list[Project]:
    # Project by project, since those of archived projects stay unlogged: a scan of all tasks would read them each time.
    unlogged = Task.objects.filter(Task.overdue_unlogged(), project=OuterRef("pk"))
    first = Subquery(unlogged.order_by("sla_due_at").values("sla_due_at")[:1])
    projects = Project.objects.filter(archived_at=None).annotate(first_due_at=first)
    return list(projects.filter(first_due_at__lt=timezone.now()).order_by("first_due_at"))


def _overdue(project: Project) -> QuerySet[Task]:
    return Task.objects.filter(Task.overdue_unlogged(), project=project, sla_due_at__lt=timezone.now())


@transaction.atomic
def _log_overdue(project: Project, limit: int, task_id: UUID | None = None) -> int:
    due = _overdue(project).filter(pk=task_id) if task_id else _overdue(project)
    rows = due.order_by("sla_due_at").select_for_update(of=("self",), skip_locked=True)
    columns = ("sla_due_at", "finding__severity", "finding__status", "finding_id")
    found = list(rows.select_related("finding").only(*columns)[:limit])
    tasks = [task for task in found if task.finding.status != FindingStatus.DISMISSED]
    # A date that a person has set while the finding is dismissed is paused when it passes.
    dismissed_findings.pause_clocks({task.pk for task in found} - {task.pk for task in tasks}, by=SYSTEM)
    log_events("task.overdue", project, [(task.pk, _data(task)) for task in tasks], by=SYSTEM)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(overdue_logged_for=F("sla_due_at"))
    return len(tasks)


def log_due_tasks() -> int:
    """Log tasks that are due soon, once for each warning of the policy; return their number."""
    policies = Policy.objects.filter(active=True, sla_warns_before__isnull=False, project__archived_at=None)
    logged = 0
    for policy in policies.select_related("project").order_by("pk"):
        with isolated("warnings of due dates by policy", policy.pk):
            # The shortest time first: a task that is nearer than several warnings is logged once.
            for before in rules_of(policy.config).warnings:
                logged += _log_warnings(policy, before, timezone.now())
    return logged


def _log_warnings(policy: Policy, before: timedelta, now: datetime) -> int:
    logged = 0
    with isolated("warnings of due dates by policy", policy.pk) as isolation:
        logged = _log_warning(policy, before, now)
    if isolation.failed:
        pks = list(_due_soon(policy, before, now).order_by("?").values_list("pk", flat=True)[:BATCH_SIZE])
        logged = one_by_one("warning of due date", pks, partial(_log_warning, policy, before, now))
    return logged


def _due_soon(policy: Policy, before: timedelta, now: datetime) -> QuerySet[Task]:
    unlogged = Q(sla_warned_before__isnull=True) | Q(sla_warned_before__gt=before)
    unlogged |= ~Q(sla_warned_for=F("sla_due_at"))
    due = Task.objects.filter(
        unlogged, project=policy.project, sla_due_at__gt=now, sla_due_at__lte=now + before
    )
    return due.exclude(status=Task.Status.DONE).exclude(finding__status=FindingStatus.DISMISSED)


@transaction.atomic
def _log_warning(policy: Policy, before: timedelta, now: datetime, task_id: UUID | None = None) -> int:
    due = _due_soon(policy, before, now)
    rows = (due.filter(pk=task_id) if task_id else due).order_by("sla_due_at")
    tasks = list(
        rows.select_for_update(of=("self",), skip_locked=True).select_related("finding")[:BATCH_SIZE]
    )
    seconds = int(before.total_seconds())
    events = [(task.pk, {**_data(task), "before_seconds": seconds}) for task in tasks]
    if events:
        log_events("task.due_soon", policy.project, events, by=SYSTEM)
        warned = Task.objects.filter(pk__in=[task.pk for task in tasks])
        warned.update(sla_warned_before=before, sla_warned_for=F("sla_due_at"))
    return len(tasks)


def _data(task: Task) -> dict[str, Any]:
    return {"finding_id": task.finding_id, "severity": task.finding.severity, "sla_due_at": task.sla_due_at}
