from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from events.log import log_event
from krafter_audit.api.errors import ApiError
from remediation.errors import TaskDone
from remediation.locks import LockedTask, lock_task
from remediation.models import CheckStatus, Result, Task, Verification
from remediation.services import tasks, verifications

STARTED, CLOSED, REOPENED = "started", "closed", "reopened"
Status = Task.Status
# State of the ticket → the statuses of the task that it changes, and the new status.
TRANSITIONS = {
    STARTED: ((Status.BACKLOG, Status.BLOCKED), Status.IN_PROGRESS),
    CLOSED: ((Status.BACKLOG, Status.IN_PROGRESS, Status.BLOCKED), Status.READY_VERIFY),
    REOPENED: ((Status.BACKLOG, Status.BLOCKED, Status.READY_VERIFY), Status.IN_PROGRESS),
}


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
    before, after = TRANSITIONS[state]
    if task.status in before:
        tasks.update_locked(locked, changes={"status": after}, by=by)
    return _verify(locked, by) if state == CLOSED else []


def _verify(locked: LockedTask, by: Actor) -> list[str]:
    newest = Verification.objects.filter(task=locked.task).order_by("-created_at", "-id").first()
    # A verification costs quota: one that is running, or has passed and awaits a decision, is enough.
    if newest is not None and newest.result == Result.PENDING and (newest.running or _all_passed(newest)):
        return []
    try:
        # A savepoint: without quota the task still follows its ticket.
        with transaction.atomic():
            verifications.run_locked(locked, by=by)
    except ApiError as error:
        return [f"No verification was queued: {error.message}"]
    return []


def _all_passed(verification: Verification) -> bool:
    return all(check["status"] == CheckStatus.PASSED for check in verification.checks)
