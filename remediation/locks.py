"""The one order of locks: finding → task → verification; the quota row and the chain of evidence come last."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Project
from findings.locks import lock_finding
from findings.models import Finding
from krafter_audit.lib.errors import NotFound
from krafter_audit.lib.statements import Locking, Slot, Statement
from remediation.models import Task, Verification


@dataclass
class Work:
    """A task and its finding, both locked."""

    finding: Finding
    task: Task


@dataclass
class Case(Work):
    """A verification with all that its verdict touches, all locked."""

    verification: Verification


TASK, VERIFICATION = Locking(Task, "pk"), Locking(Verification, "pk")
FINDING_OF_TASK = Statement(lambda: Task.objects.filter(pk=Slot("pk")).values_list("finding_id"))
WORK_OF_CASE = Statement(
    lambda: Verification.objects.filter(pk=Slot("pk")).values_list("task_id", "task__finding_id")
)


def lock_work(task_id: UUID, project: Project | None = None) -> Work:
    """Lock a task's finding, then the task; NotFound when it is absent or another project's."""
    return _lock_work(FINDING_OF_TASK.first(pk=task_id), task_id, project)


def lock_case(verification_id: UUID, project: Project | None = None) -> Case:
    """Lock a verification's finding, task and itself, in that order; NotFound as `lock_work`."""
    found = WORK_OF_CASE.first(pk=verification_id)
    if found is None:
        raise NotFound
    work = _lock_work(found[1:], found[0], project)
    verification = _there(VERIFICATION.first(pk=verification_id))
    verification.project, verification.task = work.task.project, work.task
    return Case(work.finding, work.task, verification)


def _lock_work(found: tuple[UUID, ...] | None, task_id: UUID, project: Project | None) -> Work:
    if found is None:
        raise NotFound
    finding = lock_finding(found[0], project)
    task = _there(TASK.first(pk=task_id))
    task.project, task.finding = finding.project, finding
    return Work(finding, task)


def _there[M](row: M | None) -> M:
    if row is None:  # deleted in the meantime
        raise NotFound
    return row
