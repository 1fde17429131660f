"""Due dates by the policy: set with a task, moved while it is blocked, met or missed when it is done.

Functions that get a locked task return the changes to save with it, and log the moved date.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, router
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_events
from findings.models import FindingStatus
from remediation.models import Policy, PolicyVersion, Task
from remediation.sla.business_hours import add_counted_time, counted_time
from remediation.sla.models import PauseCause, SlaOutcome, SlaPause
from remediation.sla.policy import SlaRules, Terms, rules_of

BLOCKED = Task.Status.BLOCKED
UPDATE_DUE_DATES = """
    UPDATE remediation_task SET sla_due_at = moved.due_at, sla_policy_version = moved.version,
        updated_at = %(now)s
    FROM unnest(%(ids)s::uuid[], %(due)s::timestamptz[], %(versions)s::int[]) AS moved (id, due_at, version)
    WHERE remediation_task.id = moved.id
"""
type Rules = dict[UUID, SlaRules]  # by task


def rules_of_version(project_id: UUID, version: int | None) -> SlaRules:
    """Return the rules of a policy version; None: without a clock."""
    if version is None:
        return SlaRules()
    policy = Policy.objects.filter(project=project_id, active=True).first()
    row: Policy | PolicyVersion | None = policy
    if policy is not None and policy.version != version:
        row = policy.versions.filter(version=version).first()
    return SlaRules() if row is None else rules_of(row.config)


def rules_of_tasks(tasks: Sequence[Task]) -> Rules:
    """Return the rules of each task's clock, for tasks of one project."""
    versions = {task.pk: task.sla_policy_version if task.sla_from_policy else None for task in tasks}
    rules = {version: rules_of_version(tasks[0].project_id, version) for version in {*versions.values()}}
    return {pk: rules[version] for pk, version in versions.items()}


def counted_pauses(pauses: Iterable[SlaPause], rules: SlaRules) -> list[SlaPause]:
    """Return the pauses that count by the rules: always those of a dismissed finding."""
    return [pause for pause in pauses if rules.pause_while_blocked or pause.cause == PauseCause.DISMISSED]


def set_first_due_date(task: Task, terms: Terms) -> SlaPause | None:
    """Set the due date of a new, unsaved task; return the pause with which its clock may begin."""
    allowed = terms.rules.allowed(task.finding.severity)
    task.sla_policy_version = terms.policy_version
    if allowed is None:
        return None
    pause = SlaPause(task=task, started_at=task.created_at, left=allowed)
    if task.finding.status == FindingStatus.DISMISSED:
        pause.cause = PauseCause.DISMISSED
        return pause
    if task.status == BLOCKED and terms.rules.pause_while_blocked:
        return pause
    task.sla_due_at = add_counted_time(terms.rules.calendar, task.created_at, allowed)
    return None


def pause_or_resume_clock(task: Task, status: str, *, by: Actor) -> dict[str, Any]:
    """Pause the clock of a locked task that gets blocked; resume it when unblocked."""
    # While the finding is dismissed, the clock is paused whatever the status of the task (dismissed_findings.py).
    follows = task.sla_policy_version is not None and task.finding.status != FindingStatus.DISMISSED
    moves = _move(task.project, [task], status, by=by) if follows else {}
    return {"sla_due_at": moves[task.pk]} if moves else {}


def pause_or_resume_clocks(task_ids: Collection[UUID], status: str, *, by: Actor) -> None:
    """Move the due dates of one project's locked tasks whose status a bulk change is about to set."""
    rows = Task.objects.filter(pk__in=task_ids, sla_policy_version__isnull=False)
    rows = rows.exclude(finding__status=FindingStatus.DISMISSED)
    tasks = list(rows.select_related("project").order_by("pk"))
    if not tasks:
        return
    moves, now = _move(tasks[0].project, tasks, status, by=by), timezone.now()
    changed = [task for task in tasks if task.pk in moves]
    for task in changed:
        task.sla_due_at, task.updated_at = moves[task.pk], now
    Task.objects.bulk_update(changed, ["sla_due_at", "updated_at"])


def _move(project: Project, tasks: Sequence[Task], status: str, *, by: Actor) -> dict[UUID, datetime | None]:
    """Pause or resume the clocks of locked tasks, log it, and return their new due dates."""
    followed = [task for task in tasks if task.status != status]
    rules = rules_of_tasks(followed)
    if status == BLOCKED:
        moves, cause = _pause([task for task in followed if task.sla_from_policy], rules), "blocked"
    else:
        blocked = [task for task in followed if task.status == BLOCKED]
        moves, cause = _resume(blocked, rules) if blocked else {}, "unblocked"
    events = [
        (task.pk, due_date_moved_data(task, moves[task.pk], cause)) for task in followed if task.pk in moves
    ]
    if events:
        log_moves(project, events, by=by)
    return moves


def _pause(tasks: Sequence[Task], rules: Rules) -> dict[UUID, datetime | None]:
    now, pauses = timezone.now(), []
    for task in tasks:
        task_rules, due = rules[task.pk], task.sla_due_at
        # A clock that has run out is not paused: the due date stays missed.
        if task_rules.pause_while_blocked and due is not None and due > now:
            pauses.append(
                SlaPause(task=task, started_at=now, left=counted_time(task_rules.calendar, now, due))
            )
    SlaPause.objects.bulk_create(pauses)
    return {pause.task_id: None for pause in pauses}


def _resume(tasks: Sequence[Task], rules: Rules) -> dict[UUID, datetime | None]:
    now, by_id = timezone.now(), {task.pk: task for task in tasks}
    pauses = list(SlaPause.objects.filter(task__in=by_id, ended_at=None))
    end_pauses(pauses, now)
    # A due date that a person has set in the meantime stays.
    return {
        pause.task_id: add_counted_time(rules[pause.task_id].calendar, now, pause.left)
        for pause in pauses
        if by_id[pause.task_id].sla_from_policy
    }


def end_pauses(pauses: Iterable[SlaPause], now: datetime) -> None:
    SlaPause.objects.filter(pk__in=[pause.pk for pause in pauses]).update(ended_at=now, updated_at=now)


def write_due_dates(moves: Sequence[tuple[UUID, datetime | None, int | None]], now: datetime) -> None:
    """Update locked tasks, each given by its id, due date and policy version, in one statement."""
    ids, due, versions = zip(*moves, strict=True) if moves else ((), (), ())
    values: dict[str, Any] = {"ids": list(ids), "due": list(due), "versions": list(versions), "now": now}
    # `bulk_update` took two thirds of a recalculation: a condition for each row and column.
    with connections[router.db_for_write(Task)].cursor() as cursor:
        cursor.execute(UPDATE_DUE_DATES, values)


def due_date_moved_data(task: Task, due: datetime | None, cause: str, **data: Any) -> dict[str, Any]:
    """Return the data of the event about a moved due date; None is a paused clock, or no due date."""
    return {"before": {"sla_due_at": task.sla_due_at}, "after": {"sla_due_at": due}, "cause": cause, **data}


def log_moves(project: Project, moves: Sequence[tuple[UUID, dict[str, Any]]], *, by: Actor) -> None:
    """Log the moved due dates of tasks, given by their ids with what `due_date_moved_data` returns."""
    log_events("task.due_date_moved", project, moves, by=by)


def detach_from_policy(task_ids: Collection[UUID]) -> dict[str, Any]:
    """End the tasks' dismissal pauses, and return what else changes when a person sets their due date."""
    now = timezone.now()
    paused = SlaPause.objects.filter(task__in=task_ids, ended_at=None, cause=PauseCause.DISMISSED)
    paused.update(ended_at=now, updated_at=now)
    return {"sla_from_policy": False, "sla_set_at": now}


def stop_clock(task: Task, *, by: Actor) -> dict[str, Any]:
    """Stop the clock of a task that gets done, and keep whether that was in time."""
    if task.status == Task.Status.DONE:
        return {}  # an earlier approval has stopped it
    changes = pause_or_resume_clock(task, Task.Status.DONE, by=by)
    now, due = timezone.now(), changes.get("sla_due_at", task.sla_due_at)
    outcome = "" if due is None else SlaOutcome.MET if now <= due else SlaOutcome.MISSED
    return {**changes, "sla_stopped_at": now, "sla_outcome": outcome}


def restart_clock(task: Task, *, by: Actor) -> dict[str, Any]:
    """Resume the clock of a reopened task: the time in which it was done counts."""
    return {
        **pause_or_resume_clock(task, Task.Status.IN_PROGRESS, by=by),
        "sla_stopped_at": None,
        "sla_outcome": "",
    }
