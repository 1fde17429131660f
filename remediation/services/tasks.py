"""Create and change tasks. A finding advances with its task."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from findings.models import Finding, FindingStatus
from findings.services import transitions
from krafter_audit.api.errors import NotFound
from krafter_audit.api.etags import require_match
from remediation.errors import DoneRequiresVerification, TaskDone
from remediation.locks import LockedTask, lock_task
from remediation.models import Task
from remediation.services import policies

FINDING_STATUS = {
    Task.Status.IN_PROGRESS: FindingStatus.IN_PROGRESS,
    Task.Status.READY_VERIFY: FindingStatus.READY_VERIFY,
}


@transaction.atomic
def create(project: Project, *, finding_id: UUID, title: str, by: Actor, **fields: Any) -> Task:
    """Create a task for a finding. Without `sla_due_at` the policy sets the due date; None is no due date."""
    # Locked as the first row of the one order: _advance_finding may write it after the task.
    finding = Finding.objects.select_for_update().filter(project=project, pk=finding_id).first()
    if finding is None:
        raise NotFound("The finding was not found in this project.", details={"finding_id": ["Not found."]})
    if fields.get("status") == Task.Status.DONE:
        raise DoneRequiresVerification
    if "sla_due_at" not in fields:
        fields["sla_due_at"] = policies.sla_for(project, finding.severity)
    else:
        fields["sla_from_policy"] = False
    task = Task.objects.create(project=project, finding=finding, title=title, **fields)
    log_event("task.created", task, by=by, finding_id=finding.pk)
    _advance_finding(LockedTask(finding, task))
    return task


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
    """Change a task that the caller has locked, as `update` does."""
    task = locked.task
    _refuse_forbidden_status(task, changes.get("status"))
    was = {name: getattr(task, name) for name in changes}
    status = changes.get("status", task.status)
    fields = {name: value for name, value in changes.items() if name != "status"}
    if "sla_due_at" in changes:
        fields["sla_from_policy"] = False
    Task.transitions.apply(task, status, **fields)
    log_event("task.updated", task, by=by, was=was, now=dict(changes))
    _advance_finding(locked)
    return task


def _refuse_forbidden_status(task: Task, status: str | None) -> None:
    if status == Task.Status.DONE:
        raise DoneRequiresVerification
    if status is not None and task.status == Task.Status.DONE:
        raise TaskDone


def _advance_finding(locked: LockedTask) -> None:
    status = FINDING_STATUS.get(Task.Status(locked.task.status))
    if status:
        transitions.advance(locked.finding, status)
