"""The one order of locks: finding → task → verification; the quota row and the chain of evidence come last."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Project
from findings.models import Finding
from krafter_audit.lib.errors import NotFound
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


def lock_work(task_id: UUID, project: Project | None = None) -> Work:
    """Lock a task's finding, then the task; NotFound when it is absent or another project's."""
    tasks = Task.objects.filter(pk=task_id)
    if project is not None:
        tasks = tasks.filter(project=project)
    finding_id = tasks.values_list("finding_id", flat=True).first()
    if finding_id is None:
        raise NotFound
    finding = Finding.objects.select_for_update(of=("self",)).select_related("project").get(pk=finding_id)
    task = Task.objects.select_for_update().get(pk=task_id)
    task.project = finding.project
    task.finding = finding
    return Work(finding, task)


def lock_case(verification_id: UUID) -> Case:
    """Lock a verification's finding, task and itself, in that order."""
    task_id = Verification.objects.filter(pk=verification_id).values_list("task_id", flat=True).first()
    if task_id is None:
        raise NotFound
    work = lock_work(task_id)
    verification = Verification.objects.select_for_update().get(pk=verification_id)
    verification.project, verification.task = work.task.project, work.task
    return Case(work.finding, work.task, verification)
