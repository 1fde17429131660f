from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import quota
from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from findings.models import Finding
from krafter_audit.api.errors import NotFound
from krafter_audit.jobs.queues import enqueue_on_commit
from remediation.checks.queues import JOB_OF_SCANNER, scanner_of
from remediation.errors import VerificationInProgress
from remediation.locks import LockedTask, lock_task
from remediation.models import CheckStatus, Result, Task, Verification, VerificationPart

MANUAL_REVIEW = "manual_review"
# Functions of higher apps that warn about the task of a verification, registered at start.
_warning_sources: list[Callable[[Verification], list[str]]] = []


def register_warning_source(source: Callable[[Verification], list[str]]) -> None:
    _warning_sources.append(source)


def warnings_for(verification: Verification) -> list[str]:
    """Return what a person should know before the verdict, such as that the fix is not deployed; [] after it."""
    if verification.result != Result.PENDING:
        return []
    return [warning for source in _warning_sources for warning in source(verification)]


@transaction.atomic
def run(project: Project, *, task_id: UUID, by: Actor) -> Verification:
    """Start a verification of a task; costs one unit of quota."""
    try:
        locked = lock_task(task_id, project)
    except NotFound:
        raise NotFound(
            "The task was not found in this project.", details={"task_id": ["Not found."]}
        ) from None
    return run_locked(locked, by=by)


def run_locked(
    locked: LockedTask, *, by: Actor, trigger: Verification.Trigger = Verification.Trigger.REQUESTED
) -> Verification:
    """Start a verification of a locked task, as `run` does.

    A guard window's verification costs no quota and supersedes no other.
    """
    project = locked.task.project
    keys = locked.finding.check_keys
    verification = Verification(
        project=project,
        task=locked.task,
        checks=[_running_check(locked.finding, key) for key in keys or [MANUAL_REVIEW]],
        running=True,
        manual=not keys,
        trigger=trigger,
    )
    if keys:
        _end_manual_review(locked.task)
    try:
        # A savepoint, so that the violated constraint does not abort the caller's transaction.
        with transaction.atomic():
            verification.save(force_insert=True)
    except IntegrityError as error:
        if "unique_running_verification" in str(error):
            raise VerificationInProgress from None
        raise
    if trigger != Verification.Trigger.GUARD:
        supersede_earlier(verification)
    scanners = sorted({scanner_of(key) for key in keys})
    for scanner in scanners:
        VerificationPart.objects.create(verification=verification, scanner=scanner)
    log_event("verification.started", verification, by=by, task_id=locked.task.pk, trigger=trigger)
    # Last, as all requests of an organisation lock this row. Without quota the whole transaction is rolled back.
    if trigger != Verification.Trigger.GUARD:
        quota.spend(project.organization_id)
    for scanner in scanners:
        enqueue_on_commit(JOB_OF_SCANNER[scanner], str(verification.pk))
    return verification


def _end_manual_review(task: Task) -> None:
    # A manual verification of a finding that has got checks since cannot be approved any more.
    waiting = Verification.objects.filter(task=task, running=True, manual=True)
    waiting.update(running=False, superseded=True, updated_at=timezone.now())


def supersede_earlier(verification: Verification) -> None:
    """Take the earlier undecided verifications of a locked task out of the review queue."""
    earlier = Verification.objects.filter(task=verification.task_id).undecided().exclude(pk=verification.pk)
    earlier.update(superseded=True, updated_at=timezone.now())


def _running_check(finding: Finding, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "before": value_before(finding, key),
        "after": "pending",
        "status": CheckStatus.RUNNING.value,
    }


def value_before(finding: Finding, key: str) -> Any:
    """Return the value that a check measured in the report of the finding; `failed` if there is none."""
    values = finding.evidence.get("values")
    value = values.get(key) if isinstance(values, dict) else None
    return "failed" if value is None or isinstance(value, bool | dict | list) else value
