"""Create tasks and change them; the finding follows its task forward."""

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

FOLLOWED = {
    Task.Status.IN_PROGRESS: FindingStatus.IN_PROGRESS,
    Task.Status.READY_VERIFY: FindingStatus.READY_VERIFY,
}


@transaction.atomic
def create(project: Project, *, finding_id: UUID, title: str, by: Actor, **fields: Any) -> Task:
    """Make a task for a finding. Without `sla_due_at` the policy's hours date it; an explicit None means no SLA."""
    finding = Finding.objects.select_for_update().filter(project=project, pk=finding_id).first()
    if finding is None:
        raise NotFound(
            "There is no such finding in this project.", details={"finding_id": ["No such finding."]}
        )
    if fields.get("status") == Task.Status.DONE:
        raise DoneRequiresVerification
    if "sla_due_at" not in fields:
        fields["sla_due_at"] = policies.sla_for(project, finding.severity)
    else:
        fields["sla_from_policy"] = False
    task = Task.objects.create(project=project, finding=finding, title=title, **fields)
    log_event("task.created", task, by=by, finding_id=finding.pk)
    _lead(LockedTask(finding, task))
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
    """Change just the fields named; the finding follows forward."""
    locked = lock_task(task_id, project)
    task = locked.task
    require_match(if_match, task)
    _refuse_forbidden_status(task, changes.get("status"))
    was = {name: getattr(task, name) for name in changes}
    status = changes.get("status", task.status)
    rest = {name: value for name, value in changes.items() if name != "status"}
    if "sla_due_at" in changes:
        rest["sla_from_policy"] = False
    Task.transitions.apply(task, status, **rest)
    log_event("task.updated", task, by=by, was=was, now=dict(changes))
    _lead(locked)
    return task


def _refuse_forbidden_status(task: Task, status: str | None) -> None:
    if status == Task.Status.DONE:
        raise DoneRequiresVerification
    if status is not None and task.status == Task.Status.DONE:
        raise TaskDone


def _lead(locked: LockedTask) -> None:
    status = FOLLOWED.get(Task.Status(locked.task.status))
    if status:
        transitions.follow(locked.finding, status)
