"""The one order of locks: finding → task → verification; the quota row and the chain of evidence come last."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model

from accounts.models import Project
from findings.locks import its_project
from findings.models import Finding
from krafter_audit.api.errors import NotFound
from krafter_audit.db.statements import Locking
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


WORK = Locking(Task, "finding")


def _but(read: set[str], model: type[Model], path: str) -> list[str]:
    return [f"{path}__{field.name}" for field in model._meta.concrete_fields if field.name not in read]


# A verdict moves the task and the finding; of what they say it reads nothing but where they stand.
UNREAD = [
    *_but({"id", "project", "finding", "status"}, Task, "task"),
    *_but({"id", "project", "status"}, Finding, "task__finding"),
]
CASE = Locking(Verification, "task", "finding", without=UNREAD)


def lock_work(task_id: UUID, project: Project | None = None) -> Work:
    """Lock a task's finding, then the task; NotFound when it is absent or another project's."""
    task = WORK.first(task_id)
    if task is None:
        raise NotFound
    task.project = task.finding.project = its_project(task.finding, project)
    return Work(task.finding, task)


def lock_case(verification_id: UUID, project: Project | None = None) -> Case:
    """Lock a verification's finding, task and itself, in that order; NotFound as `lock_work`."""
    verification = CASE.first(verification_id)
    if verification is None:
        raise NotFound
    task = verification.task
    its = its_project(task.finding, project)
    verification.project = task.project = task.finding.project = its
    return Case(task.finding, task, verification)
