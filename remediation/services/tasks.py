from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event, log_events
from findings.models import Finding, FindingStatus
from findings.services import transitions
from krafter_audit.api.errors import ApiError, NotFound
from krafter_audit.api.etags import require_match
from remediation.errors import DoneRequiresVerification, TaskDone
from remediation.locks import LockedTask, lock_findings, lock_task
from remediation.models import Result, Task, Verification
from remediation.services import due_dates, policies, verdicts, verifications
from remediation.sla.models import SlaPause

Status = Task.Status
FINDING_STATUS_OF_TASK = {
    Status.IN_PROGRESS: FindingStatus.IN_PROGRESS,
    Status.READY_VERIFY: FindingStatus.READY_VERIFY,
}
STARTED, CLOSED, REOPENED = "started", "closed", "reopened"
# State of the ticket → the statuses of the task that it changes, and the new status.
TICKET_STATES = {
    STARTED: ((Status.BACKLOG, Status.BLOCKED), Status.IN_PROGRESS),
    CLOSED: ((Status.BACKLOG, Status.IN_PROGRESS, Status.BLOCKED), Status.READY_VERIFY),
    REOPENED: ((Status.BACKLOG, Status.BLOCKED, Status.READY_VERIFY), Status.IN_PROGRESS),
}


def create(project: Project, *, finding_id: UUID, title: str, by: Actor, **fields: Any) -> Task:
    """Create a task for a finding. Without `sla_due_at` the policy sets the due date; None is no due date."""
    [task] = create_many(project, [{"finding_id": finding_id, "title": title, **fields}], by=by)
    return task


@transaction.atomic
def create_many(project: Project, items: Sequence[Mapping[str, Any]], *, by: Actor) -> list[Task]:
    """Create a task for each item, as `create` does, all or none."""
    findings = lock_findings(project, [item["finding_id"] for item in items])
    terms = None
    tasks, pauses = [], []
    for item in items:
        error = creation_error(item, findings)
        if error is not None:
            raise error
        task = _new_task(project, findings[item["finding_id"]], dict(item))
        if "sla_due_at" not in item:
            terms = terms or policies.current_terms(project)
            pauses.append(due_dates.set_first_due_date(task, terms))
        tasks.append(task)
    Task.objects.bulk_create(tasks)
    SlaPause.objects.bulk_create(pause for pause in pauses if pause)
    events = [(task.pk, _creation_data(task)) for task in tasks]
    log_events("task.created", project, events, by=by)
    for task in tasks:
        _advance_finding(LockedTask(task.finding, task))
    return tasks


def _creation_data(task: Task) -> dict[str, Any]:
    # Logged as by an update: the policy may forbid this person to approve the task (approvals.py).
    is_ready = task.status == Status.READY_VERIFY
    return {"finding_id": task.finding_id, **({"after": {"status": task.status}} if is_ready else {})}


def creation_error(item: Mapping[str, Any], findings: Collection[UUID]) -> ApiError | None:
    """Return why a task cannot be created, given the ids of the project's findings."""
    if item["finding_id"] not in findings:
        return NotFound("The finding was not found in this project.", details={"finding_id": ["Not found."]})
    return DoneRequiresVerification() if item.get("status") == Status.DONE else None


def _new_task(project: Project, finding: Finding, fields: dict[str, Any]) -> Task:
    del fields["finding_id"]
    if "sla_due_at" in fields:
        fields |= {"sla_from_policy": False, "sla_set_at": timezone.now()}
    return Task(project=project, finding=finding, **fields)


@transaction.atomic
def update(
    task_id: UUID,
    *,
    changes: Mapping[str, Any],
    by: Actor,
    project: Project | None = None,
    if_match: str | None = None,
) -> Task:
    """Change the given fields, and advance the finding with the status of the task."""
    locked = lock_task(task_id, project)
    require_match(if_match, locked.task)
    return update_locked(locked, changes=changes, by=by)


def update_locked(locked: LockedTask, *, changes: Mapping[str, Any], by: Actor) -> Task:
    """Change a locked task as `update` does."""
    task = locked.task
    changed = {name: value for name, value in changes.items() if _differs(task, name, value)}
    error = change_error(task.status, changed.get("status"), changed)
    if error is not None:
        raise error
    if not changed:
        return task
    was = {name: getattr(task, name) for name in changed}
    status = changed.get("status", task.status)
    fields = {name: value for name, value in changed.items() if name != "status"}
    if "sla_due_at" in changed:
        fields |= due_dates.detach_from_policy([task.pk])
    else:
        fields |= due_dates.pause_or_resume_clock(task, status, by=by)
    Task.transitions.apply(task, status, **fields)
    log_event("task.updated", task, by=by, before=was, after=changed)
    if "status" in changed:
        _advance_finding(locked)
    return task


def _differs(task: Task, name: str, value: Any) -> bool:
    present = getattr(task, name)
    if name == "sla_due_at" and present and value:
        # Clients get it in whole seconds: one that sends the task back must not change it.
        return present.replace(microsecond=0) != value.replace(microsecond=0)
    return present != value


def change_error(before: str, after: str | None, changes: Collection[str]) -> ApiError | None:
    """Return why a person may not set this status, or change these fields of a task with the status `before`."""
    if after == Status.DONE:
        return DoneRequiresVerification()
    # The approval keeps whether the due date was met.
    is_fixed = after is not None or "sla_due_at" in changes
    return TaskDone() if is_fixed and before == Status.DONE else None


def write_many(rows: Sequence[Mapping[str, Any]], changes: Mapping[str, Any], *, by: Actor) -> None:
    """Set values in locked tasks, given by `pk`, `status` and `finding_id`, and advance their locked findings."""
    pks = [row["pk"] for row in rows]
    found = Task.objects.filter(pk__in=pks)
    values = {**changes, "updated_at": timezone.now()}
    if "sla_due_at" in changes:
        values = {**due_dates.detach_from_policy(pks), **values}
    if "status" not in values:
        found.update(**values)
        return
    status = values.pop("status")
    if "sla_due_at" not in changes:
        due_dates.pause_or_resume_clocks(pks, status, by=by)
    Task.transitions.update(found, {row["status"] for row in rows}, status, **values)
    advanced = FINDING_STATUS_OF_TASK.get(Task.Status(status))
    if advanced:
        transitions.advance_all({row["finding_id"] for row in rows}, advanced)


def _advance_finding(locked: LockedTask) -> None:
    status = FINDING_STATUS_OF_TASK.get(Task.Status(locked.task.status))
    if status:
        transitions.advance(locked.finding, status)


@transaction.atomic
def link_ticket(task_id: UUID, *, key: str | None = None, pr_url: str | None = None, by: Actor) -> Task:
    """Store a task's ticket and pull request; None leaves a field unchanged."""
    task = lock_task(task_id).task
    fields = {"external_ticket_key": key, "pr_url": pr_url}
    changes = {name: value for name, value in fields.items() if value and value != getattr(task, name)}
    if changes:
        Task.transitions.apply(task, task.status, **changes)
        log_event("task.linked", task, by=by, **changes)
    return task


def follow_ticket(locked: LockedTask, *, state: str, by: Actor) -> list[str]:
    """Set the status of a locked task: started, reopened → in_progress; closed → ready_verify, with a verification.

    Returns sentences about the changes that were not possible.
    """
    task = locked.task
    # A ticket neither sets a task to done nor reopens it: both need a verdict of a person.
    if task.status == Status.DONE:
        return [TaskDone.message] if state == REOPENED else []
    before, after = TICKET_STATES[state]
    if task.status in before:
        update_locked(locked, changes={"status": after}, by=by)
    return _verify_fix(locked, by) if state == CLOSED else []


def _verify_fix(locked: LockedTask, by: Actor) -> list[str]:
    requested = Verification.objects.filter(task=locked.task).without_guards()
    newest = requested.order_by("-created_at", "-id").first()
    # A verification costs quota: one that is running, or has passed and awaits a decision, is enough.
    if (
        newest is not None
        and newest.result == Result.PENDING
        and (newest.running or not verdicts.unproven_checks(newest, locked.finding))
    ):
        return []
    try:
        # A savepoint: without quota the task still follows its ticket.
        with transaction.atomic():
            verifications.run_locked(locked, by=by)
    except ApiError as error:
        return [f"No verification was queued: {error.message}"]
    return []
