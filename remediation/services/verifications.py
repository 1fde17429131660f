"""Asking for another look at what a task was to mend."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import quota
from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from findings.models import Finding
from krafter_audit.api.errors import NotFound
from krafter_audit.jobs import enqueue_on_commit
from remediation.checks.queues import JOB_OF, scanner_of
from remediation.errors import VerificationInProgress
from remediation.locks import lock_task
from remediation.models import CheckStatus, Verification, VerificationPart
from scans.models import Scanner

MANUAL_REVIEW = "manual_review"


@transaction.atomic
def run(project: Project, *, task_id: UUID, by: Actor) -> Verification:
    """Start a verification of a task; it costs one unit of quota, in this transaction."""
    try:
        locked = lock_task(task_id, project)
    except NotFound:
        raise NotFound(
            "There is no such task in this project.", details={"task_id": ["No such task."]}
        ) from None
    keys = locked.finding.check_keys
    verification = Verification(
        project=project,
        task=locked.task,
        checks=[start(locked.finding, key) for key in keys or [MANUAL_REVIEW]],
        running=True,
        manual=not keys,
    )
    try:
        with transaction.atomic():
            verification.save(force_insert=True)
    except IntegrityError as error:
        if "unique_running_verification" in str(error):
            raise VerificationInProgress from None
        raise
    parts = [part_of(verification, scanner) for scanner in sorted({scanner_of(key) for key in keys})]
    log_event("verification.started", verification, by=by, task_id=locked.task.pk)
    quota.spend(project.organization_id)
    for part in parts:
        enqueue_on_commit(JOB_OF[Scanner(part.scanner)], str(verification.pk))
    return verification


def part_of(verification: Verification, scanner: Scanner) -> VerificationPart:
    """Make what a scanner's workers will take."""
    return VerificationPart.objects.create(verification=verification, scanner=scanner)


def start(finding: Finding, key: str) -> dict[str, Any]:
    """Return the record of a check that has not answered: what the finding had before, and nothing after."""
    return {
        "key": key,
        "before": before(finding, key),
        "after": "pending",
        "status": CheckStatus.RUNNING.value,
    }


def before(finding: Finding, key: str) -> Any:
    """Return what a check said when the finding was seen: a number where one was measured, else `failed`."""
    values = finding.evidence.get("values")
    value = values.get(key) if isinstance(values, dict) else None
    return "failed" if value is None or isinstance(value, bool | dict | list) else value
