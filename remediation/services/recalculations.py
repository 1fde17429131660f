"""Recalculate due dates after a change of the policy, in short transactions in the background."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from events.log import log_event
from findings.models import OPEN_STATUSES, FindingStatus
from findings.policy_rules import severity_rules
from krafter_audit.jobs.isolation import isolated
from krafter_audit.jobs.queues import enqueue, enqueue_on_commit
from remediation.models import Policy, Task
from remediation.services.due_dates import (
    counted_pauses,
    due_date_moved_data,
    end_pauses,
    log_moves,
    write_due_dates,
)
from remediation.sla.business_hours import ZERO, counted_time
from remediation.sla.clock import DueDate, Pause, due_date
from remediation.sla.models import SlaExtension, SlaPause, SlaRecalculation
from remediation.sla.policy import Terms, terms_of

TIME_BUDGET_SECONDS = 10.0  # of one job
BATCH_SIZE = 100  # tasks of one transaction, which locks those that it changes
SIMULATED_BATCH_SIZE, MAX_SIMULATED_TASKS = 2000, 10_000  # more tasks would take longer than a request may
# Requests that started before the policy was replaced may still create tasks by the previous one: a recalculation ends
# no earlier than this, and looks for such tasks this long before its start.
MIN_DURATION, LATE_TASK_PERIOD = timedelta(seconds=10), timedelta(minutes=5)
MIN_DUE_DATE_CHANGE = timedelta(seconds=1)  # dates less than that apart are equal
MAX_ATTEMPTS = 5  # that end with an error one after the other
TOO_MANY_ATTEMPTS = (
    "It ended with an error each time. Due dates that it has not reached follow the earlier policy."
)
COUNT_FIELDS = ("moved", "added", "removed", "overdue_at_once")


@dataclass
class RecalculatedTask:
    task: Task
    pause: SlaPause | None
    due: DueDate
    begins_pause: bool = False

    @property
    def kind(self) -> str:
        """Return what changes: moved, added, removed, or nothing."""
        had_due_date = self.task.sla_due_at is not None or self.pause is not None
        has_due_date = self.due != DueDate()
        if had_due_date != has_due_date:
            return "added" if has_due_date else "removed"
        before, after = self.task.sla_due_at, self.due.due_at
        if before and after:
            return "moved" if abs(after - before) >= MIN_DUE_DATE_CHANGE else ""
        left = self.pause.left if self.pause else None
        if left is not None and self.due.left is not None:
            return "moved" if abs(left - self.due.left) >= MIN_DUE_DATE_CHANGE else ""
        return "moved" if has_due_date else ""

    def counts(self, now: datetime) -> Iterator[str]:
        if self.kind:
            yield self.kind
        before, after = self.task.sla_due_at, self.due.due_at
        if self.kind and after and after < now and not (before and before < now):
            yield "overdue_at_once"


def start(project: Project, *, policy_version: int) -> None:
    """Start a recalculation of the due dates of open tasks, replacing one that is running."""
    now = timezone.now()
    unfinished = SlaRecalculation.objects.filter(project=project, finished_at=None)
    unfinished.update(finished_at=now, superseded=True, updated_at=now)
    row = SlaRecalculation.objects.create(project=project, policy_version=policy_version)
    enqueue_on_commit("remediation.recalculate_due_dates", str(row.pk))


def requeue_unfinished() -> None:
    """Enqueue recalculations whose message was lost or whose worker has stopped."""
    # In any order: recalculations that fail each time must not take all places.
    waiting = SlaRecalculation.objects.filter(finished_at=None).order_by("?")
    for pk in waiting.values_list("pk", flat=True)[:100]:
        enqueue("remediation.recalculate_due_dates", str(pk))


def run(recalculation_id: UUID) -> None:
    """Recalculate until all tasks are done, another worker does it, or a newer policy ends it."""
    ends_at = time.monotonic() + TIME_BUDGET_SECONDS
    with isolated("recalculation of due dates", recalculation_id) as isolation:
        while run_batch(recalculation_id):
            if time.monotonic() > ends_at:
                # Another job continues, behind the waiting work of others.
                enqueue("remediation.recalculate_due_dates", str(recalculation_id))
                break
    if isolation.failed:
        _count_failure(recalculation_id)


@transaction.atomic
def _count_failure(recalculation_id: UUID) -> None:
    """Count a run that ended with an error; the last of them ends the recalculation."""
    rows = SlaRecalculation.objects.select_for_update(of=("self",)).select_related("project")
    row = rows.filter(pk=recalculation_id, finished_at=None).first()
    if row is None:
        return
    row.attempts += 1
    if row.attempts >= MAX_ATTEMPTS:
        row.finished_at, row.error = timezone.now(), TOO_MANY_ATTEMPTS
        log_event("policy.recalculation_failed", row, by=SYSTEM, **_totals(row))
    row.save()


@transaction.atomic
def run_batch(recalculation_id: UUID) -> bool:
    """Recalculate the next tasks; return whether there may be more."""
    rows = SlaRecalculation.objects.select_for_update(of=("self",), skip_locked=True).select_related(
        "project"
    )
    row = rows.filter(pk=recalculation_id, finished_at=None).first()
    if row is None:
        return False
    policy, now = Policy.objects.get(project=row.project, active=True), timezone.now()
    terms = terms_of(policy.config, policy.version)
    tasks = list(_tasks_after(row)[:BATCH_SIZE]) or list(_late_tasks(row, terms)[:BATCH_SIZE])
    if not tasks and now < row.created_at + MIN_DURATION:
        return False
    counts = _recalculate_batch(row, [task.pk for task in tasks], terms, now) if tasks else Counter()
    for name in COUNT_FIELDS:
        setattr(row, name, getattr(row, name) + counts[name])
    row.checked += len(tasks)
    row.attempts = 0
    if tasks:
        last = min((task.created_at, task.pk) for task in tasks)
        reached = (row.reached_at or last[0], row.reached_id or last[1])
        row.reached_at, row.reached_id = min(last, reached)
    else:
        row.finished_at = now
        log_event("policy.due_dates_recalculated", row, by=SYSTEM, **_totals(row))
    row.save()
    return bool(tasks)


def _totals(row: SlaRecalculation) -> dict[str, Any]:
    return {"version": row.policy_version, "checked": row.checked} | {
        name: getattr(row, name) for name in COUNT_FIELDS
    }


def _tasks_after(row: SlaRecalculation) -> QuerySet[Task]:
    tasks = open_tasks(row.project).order_by("-created_at", "-id").only("pk", "created_at")
    if row.reached_at is None:
        return tasks.filter(created_at__lte=row.created_at)
    return _before(tasks, row.reached_at, row.reached_id)


def _before(tasks: QuerySet[Task], created_at: datetime, pk: UUID | None) -> QuerySet[Task]:
    is_before = Q(created_at__lt=created_at) | Q(created_at=created_at, pk__lt=pk)
    return tasks.filter(is_before, created_at__lte=created_at)


def _batches(tasks: QuerySet[Task]) -> Iterator[list[Task]]:
    rows = tasks
    while batch := list(rows[:SIMULATED_BATCH_SIZE]):
        yield batch
        rows = _before(tasks, batch[-1].created_at, batch[-1].pk)


def _late_tasks(row: SlaRecalculation, terms: Terms) -> QuerySet[Task]:
    """Return tasks that were created by the previous policy while it was replaced."""
    tasks = open_tasks(row.project).filter(created_at__gt=row.created_at - LATE_TASK_PERIOD)
    return tasks.exclude(sla_policy_version=terms.policy_version).order_by("pk").only("pk", "created_at")


def open_tasks(project: Project) -> QuerySet[Task]:
    """Return the tasks whose due date a policy may change; of a dismissed finding it may after the dismissal."""
    tasks = Task.objects.filter(project=project, sla_from_policy=True).exclude(status=Task.Status.DONE)
    return tasks.exclude(finding__status=FindingStatus.DISMISSED)


def _with_columns(tasks: QuerySet[Task]) -> QuerySet[Task]:
    columns = (
        "created_at",
        "status",
        "sla_due_at",
        "finding__status",
        "finding__severity",
        "finding__domain",
    )
    return tasks.select_related("finding").only(*columns)


def _recalculate_batch(
    row: SlaRecalculation, pks: Sequence[UUID], terms: Terms, now: datetime
) -> Counter[str]:
    list(Task.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    # Read when they are locked: a finding may have been dismissed meanwhile, without a change of its tasks.
    tasks = list(_with_columns(open_tasks(row.project)).filter(pk__in=pks).order_by("pk"))
    recalculated = list(recalculate_tasks(tasks, terms, now))
    counts = Counter(name for recalculation in recalculated for name in recalculation.counts(now))
    changed = [recalculation for recalculation in recalculated if recalculation.kind]
    write_pauses(recalculated, now)
    events = [
        (
            change.task.pk,
            due_date_moved_data(change.task, change.due.due_at, "policy", policy_version=row.policy_version),
        )
        for change in changed
    ]
    log_moves(row.project, events, by=SYSTEM)
    # Each row is updated once: PostgreSQL checks the foreign keys of a row that the same transaction updates again, for
    # which it locks the finding, after the task.
    write_due_dates([(change.task.pk, change.due.due_at, terms.policy_version) for change in changed], now)
    unchanged = Task.objects.filter(
        pk__in={task.pk for task in tasks} - {change.task.pk for change in changed}
    )
    unchanged.exclude(sla_policy_version=terms.policy_version).update(sla_policy_version=terms.policy_version)
    return counts


def write_pauses(recalculated: Sequence[RecalculatedTask], now: datetime) -> None:
    started, ended, continuing = [], [], []
    for recalculation in recalculated:
        if recalculation.begins_pause:
            started.append(SlaPause(task=recalculation.task, started_at=now, left=recalculation.due.left))
        elif recalculation.pause and recalculation.due.left is None:
            ended.append(recalculation.pause)
        elif recalculation.pause and recalculation.due.left is not None:
            recalculation.pause.left = recalculation.due.left
            continuing.append(recalculation.pause)
    SlaPause.objects.bulk_create(started)
    end_pauses(ended, now)
    SlaPause.objects.bulk_update(continuing, ["left"])


def recalculate_tasks(
    tasks: Sequence[Task], terms: Terms, now: datetime, severities: dict[str, str] | None = None
) -> Iterator[RecalculatedTask]:
    """Yield each task's due date by the terms, without writing; its finding must be loaded.

    `severities` are those that a policy gives to open findings by domain.
    """
    pauses: dict[UUID, list[SlaPause]] = defaultdict(list)
    ids = [task.pk for task in tasks]
    for pause in SlaPause.objects.filter(task__in=ids).order_by("started_at"):
        pauses[pause.task_id].append(pause)
    added = SlaExtension.objects.filter(task__in=ids).values_list("task").annotate(Sum("amount"))
    extensions = dict(added)
    for task in tasks:
        allowed = terms.rules.allowed(_severity(task, severities or {}))
        amount = extensions.get(task.pk) or ZERO
        yield _recalculate_task(
            task, None if allowed is None else allowed + amount, pauses[task.pk], terms, now
        )


def _severity(task: Task, severities: dict[str, str]) -> str:
    is_open = task.finding.status in OPEN_STATUSES
    return severities.get(task.finding.domain, task.finding.severity) if is_open else task.finding.severity


def _recalculate_task(
    task: Task, allowed: timedelta | None, pauses: Sequence[SlaPause], terms: Terms, now: datetime
) -> RecalculatedTask:
    open_pause = next((pause for pause in pauses if pause.ended_at is None), None)
    if allowed is None:
        return RecalculatedTask(task, open_pause, DueDate())
    rules = terms.rules
    spans = [Pause(pause.started_at, pause.ended_at) for pause in counted_pauses(pauses, rules)]
    due = due_date(task.created_at, allowed, rules.calendar, spans)
    is_blocked = task.status == Task.Status.BLOCKED and rules.pause_while_blocked
    if not is_blocked or open_pause or due.due_at is None or due.due_at <= now:
        return RecalculatedTask(task, open_pause, due)
    # Blocked before the policy paused the clock: the pause begins now.
    left = DueDate(left=counted_time(rules.calendar, now, due.due_at))
    return RecalculatedTask(task, None, left, begins_pause=True)


def simulate(project: Project, config: dict[str, Any]) -> dict[str, int]:
    """Return how many due dates a policy would move, give, lift and have overdue at once; nothing is locked.

    Only the newest 10,000 open tasks are `checked`.
    """
    terms, now = terms_of(config, 0), timezone.now()
    rows = _with_columns(open_tasks(project))
    counts: Counter[str] = Counter()
    for batch in islice(
        _batches(rows.order_by("-created_at", "-id")), MAX_SIMULATED_TASKS // SIMULATED_BATCH_SIZE
    ):
        counts["checked"] += len(batch)
        recalculated = recalculate_tasks(batch, terms, now, severity_rules(config))
        counts.update(name for recalculation in recalculated for name in recalculation.counts(now))
    return {name: counts[name] for name in (*COUNT_FIELDS, "checked")}
