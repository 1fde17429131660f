"""Lock a task or a verification with its finding.

There is one order: finding → task → verification; the end of the evidence chain and the quota row come last.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.models import Project
from findings.locks import project_of
from findings.models import LARGE_FIELDS, Finding
from krafter_audit.api.lookup import get_or_404
from remediation.models import Policy, Task, Verification


@dataclass
class LockedTask:
    """A task and its finding, both locked."""

    finding: Finding
    task: Task


@dataclass
class LockedVerification(LockedTask):
    """A verification, its task and its finding, all locked, and the config of the policy."""

    verification: Verification
    config: dict[str, Any]


def lock_findings(project: Project, finding_ids: Collection[UUID]) -> dict[UUID, Finding]:
    """Lock findings of the project in the order of their ids; return them by their ids."""
    rows = Finding.objects.select_for_update().filter(project=project, pk__in=finding_ids).order_by("pk")
    return {finding.pk: finding for finding in rows.defer(*LARGE_FIELDS)}


def lock_findings_of_tasks(task_ids: Collection[UUID]) -> None:
    """Lock the findings of tasks in the order of their ids: before the tasks."""
    tasks = Task.objects.filter(pk__in=task_ids)
    rows = Finding.objects.select_for_update().filter(pk__in=tasks.values("finding")).order_by("pk")
    list(rows.values_list("pk"))  # evaluated, since a query set locks nothing before


def lock_task(task_id: UUID, project: Project | None = None) -> LockedTask:
    """Lock a task's finding, then the task. Raises NotFound when it is absent or belongs to another project."""
    # One query: PostgreSQL locks the tables of a joined row in the order in which FOR UPDATE OF names them, and
    # returns the newest version of a row that it had to wait for.
    rows = Task.objects.select_related("finding").select_for_update(of=("finding", "self"))
    task = get_or_404(rows, pk=task_id)
    task.project = task.finding.project = project_of(task.finding, project)
    return LockedTask(task.finding, task)


def lock_verification(verification_id: UUID, project: Project | None = None) -> LockedVerification:
    """Lock a verification's finding, its task and itself, in that order. Raises NotFound as `lock_task` does."""
    policy = Policy.objects.filter(project=OuterRef("project"), active=True)
    rows = Verification.objects.select_related("task__finding").annotate(
        policy_config=Subquery(policy.values("config")[:1])
    )
    rows = rows.select_for_update(of=("task__finding", "task", "self"))
    verification = get_or_404(rows, pk=verification_id)
    task = verification.task
    verification.project = task.project = task.finding.project = project_of(task.finding, project)
    # A project has no policy before the first request that reads it.
    config = verification.policy_config  # type: ignore[attr-defined]  # an annotation
    return LockedVerification(task.finding, task, verification, config or {})
