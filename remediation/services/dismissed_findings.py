"""Pause the clocks of tasks while their finding is dismissed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from findings.models import LARGE_FIELDS, FindingStatus
from remediation.models import Task
from remediation.services.due_dates import (
    BLOCKED,
    due_date_moved_data,
    end_pauses,
    log_moves,
    rules_of_tasks,
    write_due_dates,
)
from remediation.services.policies import current_terms
from remediation.services.recalculations import recalculate_tasks, write_pauses
from remediation.sla.business_hours import add_counted_time, counted_time
from remediation.sla.models import PauseCause, SlaPause, SlaRecalculation
from remediation.sla.policy import Terms

type DueDates = dict[UUID, datetime | None]


def follow_dismissals(*, finding_ids: Collection[UUID], dismissed: bool, by: Actor, **kwargs: Any) -> None:
    """Pause the clocks of open tasks of locked findings that are dismissed, or resume them."""
    tasks = Task.objects.filter(finding__in=finding_ids).exclude(status=Task.Status.DONE)
    move = _pause if dismissed else _resume
    for group in _lock(tasks):
        move(group, by=by)


def pause_clocks(task_ids: Collection[UUID], *, by: Actor) -> None:
    """Pause the clocks of locked tasks whose finding is dismissed."""
    for group in _lock(Task.objects.filter(pk__in=task_ids)):
        _pause(group, by=by)


def pauses_ended_by_due_date_change(task_ids: Collection[UUID]) -> list[UUID]:
    """Return the dismissal pauses that ended when a person set the due date (`detach_from_policy`)."""
    ended = SlaPause.objects.filter(task__in=task_ids, cause=PauseCause.DISMISSED)
    ended = ended.filter(ended_at=F("task__sla_set_at")).exclude(task__sla_pauses__ended_at=None)
    return list(ended.values_list("pk", flat=True))


def restore_pauses(pause_ids: Collection[UUID], *, by: Actor) -> None:
    """Pause the clocks of locked tasks again; resume those whose finding is not dismissed any more."""
    pauses = SlaPause.objects.filter(pk__in=pause_ids)
    pauses.update(ended_at=None, updated_at=timezone.now())
    tasks = Task.objects.filter(sla_pauses__in=pauses).exclude(finding__status=FindingStatus.DISMISSED)
    for group in _lock(tasks):
        _resume(group, by=by)


def restore_blocked_pauses(task_ids: Collection[UUID]) -> None:
    """Pause the clocks of locked, blocked tasks without a due date again if a dismissal has ended their pause."""
    tasks = Task.objects.filter(pk__in=task_ids, status=BLOCKED, sla_due_at=None)
    # The last pause of each task while it was blocked, and the pauses by dismissals after it.
    pauses: dict[UUID, list[SlaPause]] = defaultdict(list)
    for pause in SlaPause.objects.filter(task__in=tasks).order_by("started_at"):
        if pause.cause == PauseCause.BLOCKED:
            pauses[pause.task_id].clear()
        pauses[pause.task_id].append(pause)
    restored = []
    for task_id, (blocked, *dismissed) in pauses.items():
        if blocked.cause != PauseCause.BLOCKED or not dismissed:
            continue
        if blocked.ended_at == dismissed[0].started_at and dismissed[-1].ended_at:
            restored.append(SlaPause(task_id=task_id, started_at=dismissed[-1].ended_at, left=blocked.left))
    SlaPause.objects.bulk_create(restored)


def pauses_at_due_date_change(task_ids: Collection[UUID]) -> list[UUID]:
    """Return the ended pauses of blocked tasks during which a person set the due date."""
    pauses = SlaPause.objects.filter(task__in=task_ids, cause=PauseCause.BLOCKED)
    set_at = F("task__sla_set_at")
    return list(pauses.filter(started_at__lte=set_at, ended_at__gt=set_at).values_list("pk", flat=True))


def resume_unblocked_clocks(pause_ids: Collection[UUID], *, by: Actor) -> None:
    """Resume the clocks of locked tasks without a due date from the end of these pauses."""
    ended = {
        pause.task_id: pause for pause in SlaPause.objects.filter(pk__in=pause_ids, ended_at__isnull=False)
    }
    tasks = Task.objects.filter(pk__in=ended, sla_due_at=None).exclude(sla_pauses__ended_at=None)
    tasks = tasks.exclude(status=BLOCKED).exclude(finding__status=FindingStatus.DISMISSED)
    now = timezone.now()
    for group in _lock(tasks):
        dates: DueDates = {}
        rules = rules_of_tasks(group)
        for task in group:
            pause = ended[task.pk]
            dates[task.pk] = add_counted_time(rules[task.pk].calendar, pause.ended_at or now, pause.left)
        _write(group, dates, "unblocked", now, by=by)


def _lock(tasks: QuerySet[Task]) -> Collection[list[Task]]:
    rows = tasks.select_for_update(of=("self",)).select_related("project", "finding").order_by("pk")
    by_project: dict[UUID, list[Task]] = defaultdict(list)
    for task in rows.defer(*(f"finding__{name}" for name in LARGE_FIELDS)):
        by_project[task.project_id].append(task)
    return by_project.values()


def _open_pauses(tasks: Sequence[Task]) -> dict[UUID, SlaPause]:
    rows = SlaPause.objects.filter(task__in=[task.pk for task in tasks], ended_at=None)
    return {row.task_id: row for row in rows}


def _pause(tasks: Sequence[Task], *, by: Actor) -> None:
    open_pauses, rules, now = _open_pauses(tasks), rules_of_tasks(tasks), timezone.now()
    pauses = []
    for task in tasks:
        pause, due = open_pauses.get(task.pk), task.sla_due_at
        if due is not None:
            left = counted_time(rules[task.pk].calendar, now, due)
            # A task that is overdue is overdue again when its clock is resumed.
            pauses.append(_dismissal_pause(task, now, left, missed_due_at=due if due <= now else None))
        elif pause and pause.cause == PauseCause.BLOCKED and task.sla_from_policy:
            pauses.append(_dismissal_pause(task, now, pause.left))
    end_pauses([open_pauses[pause.task_id] for pause in pauses if pause.task_id in open_pauses], now)
    SlaPause.objects.bulk_create(pauses)
    _write(tasks, {pause.task_id: None for pause in pauses}, "dismissed", now, by=by)


def _dismissal_pause(task: Task, now: datetime, left: Any, **fields: Any) -> SlaPause:
    return SlaPause(task=task, started_at=now, left=left, cause=PauseCause.DISMISSED, **fields)


def _resume(tasks: Sequence[Task], *, by: Actor) -> None:
    pauses = {pk: pause for pk, pause in _open_pauses(tasks).items() if pause.cause == PauseCause.DISMISSED}
    terms, now = current_terms(tasks[0].project), timezone.now()
    end_pauses(pauses.values(), now)
    # Recalculations leave tasks of dismissed findings out, also those to which the earlier policy gave no due date.
    recalculated_by = _last_recalculation(tasks[0].project)
    stale = [task for task in tasks if _is_stale(task, terms, recalculated_by)]
    current = [task for task in tasks if task.pk in pauses and task not in stale]
    dates = _resumed_due_dates(current, pauses, now) | _recalculated_due_dates(stale, terms, now)
    _write(tasks, dates, "dismissal_ended", now, by=by)


def _last_recalculation(project: Project) -> int:
    """Return the newest policy version that other open tasks have followed."""
    versions = SlaRecalculation.objects.filter(project=project)
    return versions.aggregate(last=Max("policy_version", default=0))["last"]


def _is_stale(task: Task, terms: Terms, recalculated_by: int) -> bool:
    version = task.sla_policy_version
    if not task.sla_from_policy or version == terms.policy_version:
        return False
    return version is None or terms.policy_version is None or version < recalculated_by


def _resumed_due_dates(tasks: Sequence[Task], pauses: dict[UUID, SlaPause], now: datetime) -> DueDates:
    """Return the due dates by the time left; a task that is blocked by now stays paused."""
    dates: DueDates = {}
    blocked, rules = [], rules_of_tasks(tasks)
    for task in tasks:
        pause, rule = pauses[task.pk], rules[task.pk]
        if pause.missed_due_at is None and task.status == BLOCKED and rule.pause_while_blocked:
            blocked.append(SlaPause(task=task, started_at=now, left=pause.left))
            dates[task.pk] = None
        else:
            dates[task.pk] = pause.missed_due_at or add_counted_time(rule.calendar, now, pause.left)
    SlaPause.objects.bulk_create(blocked)
    return dates


def _recalculated_due_dates(tasks: Sequence[Task], terms: Terms, now: datetime) -> DueDates:
    """Return the due dates by a policy that was replaced while the clocks were paused."""
    recalculated = list(recalculate_tasks(tasks, terms, now))
    write_pauses(recalculated, now)
    for task in tasks:
        task.sla_policy_version = terms.policy_version
    return {recalculation.task.pk: recalculation.due.due_at for recalculation in recalculated}


def _write(tasks: Sequence[Task], dates: DueDates, cause: str, now: datetime, *, by: Actor) -> None:
    changed = [task for task in tasks if task.pk in dates]
    events = [
        (task.pk, due_date_moved_data(task, dates[task.pk], cause))
        for task in changed
        if task.sla_due_at != dates[task.pk]
    ]
    if not changed:
        return
    log_moves(changed[0].project, events, by=by)
    write_due_dates([(task.pk, dates[task.pk], task.sla_policy_version) for task in changed], now)
