"""A person decides: approve closes the loop, reopen undoes it. Each is one transaction with one order of locks."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.record import record
from findings.models import FindingStatus
from findings.services import outcomes
from krafter_audit.api.errors import Refusal
from krafter_audit.db.statements import Text
from krafter_audit.lib.together import do, in_one_statement
from remediation import evidence
from remediation.errors import (
    ChecksNotPassed,
    FindingDismissed,
    VerificationFailed,
    VerificationRunning,
    VerificationSuperseded,
)
from remediation.locks import Case, lock_case
from remediation.models import CheckStatus, Result, Task, Verification

NEWER = Text(
    "SELECT 1 FROM remediation_verification WHERE task_id = %(task)s AND created_at > %(at)s LIMIT 1",
    Verification,
)


@transaction.atomic
def approve(
    verification_id: UUID, *, by: Actor, project: Project | None = None, override_reason: str = ""
) -> Verification:
    """The fix holds: close the task, the finding and its open regressions.

    `override_reason` closes them although a check did not pass; it is kept, and the checks stay as they were found.
    """
    case = lock_case(verification_id, project)
    if case.verification.result == Result.PASSED:
        return case.verification
    refuse_unless_approvable(case, override=bool(override_reason))
    checks = answered_by_hand(case.verification) if case.verification.manual else case.verification.checks
    with in_one_statement():
        newer = do(NEWER, task=case.task.pk, at=case.verification.created_at)
        decide(case.verification, Result.PASSED, by, checks=checks, override_reason=override_reason)
        Task.lifecycle.move(case.task, Task.Status.DONE)
        closed = outcomes.resolve(case.finding)
    if newer.rows:
        raise VerificationSuperseded  # which takes back what was just written
    if case.verification.manual:
        evidence.append_answers(case.verification, by=by)
    told = {"task_id": case.task.pk, "finding_id": case.finding.pk, "regressions_closed": closed.rows}
    with in_one_statement():
        evidence.append_verdict(case.verification, by=by, regressions_closed=closed.rows)
        record("verification.approved", case.verification, by=by, **told, override_reason=override_reason)
    return case.verification


@transaction.atomic
def reopen(verification_id: UUID, *, by: Actor, project: Project | None = None) -> Verification:
    """The issue persists: task and finding are worked on again, and a regression is recorded."""
    case = lock_case(verification_id, project)
    if case.verification.result == Result.FAILED:
        return case.verification
    with in_one_statement():
        decide(case.verification, Result.FAILED, by, checks=cut_short(case.verification))
        Task.lifecycle.move(case.task, Task.Status.IN_PROGRESS)
        regression = outcomes.reopen(case.finding, verification_id=case.verification.pk)
    told = {"task_id": case.task.pk, "finding_id": case.finding.pk, "regression_id": regression.pk}
    with in_one_statement():
        evidence.append_verdict(case.verification, by=by, regression_id=regression.pk)
        record("verification.reopened", case.verification, by=by, **told)
    return case.verification


def refuse_unless_approvable(case: Case, *, override: bool) -> None:
    """Raise the reason for which a verification cannot be approved, if there is one: a newer one before its own."""
    reason = _against(case, override=override)
    if reason is None:
        return
    if reason is not VerificationFailed and NEWER.first(task=case.task.pk, at=case.verification.created_at):
        raise VerificationSuperseded
    raise reason


def _against(case: Case, *, override: bool) -> type[Refusal] | None:
    verification = case.verification
    if verification.result == Result.FAILED:
        return VerificationFailed
    if case.finding.status == FindingStatus.DISMISSED:
        return FindingDismissed
    if verification.manual:
        return None
    if verification.running:
        return VerificationRunning
    passed = all(check["status"] == CheckStatus.PASSED for check in verification.checks)
    return None if passed or override else ChecksNotPassed


def decide(verification: Verification, result: Result, by: Actor, **changes: Any) -> None:
    """Write a verdict; whatever a worker still writes is dropped, since nothing runs any more."""
    if verification.running:
        verification.parts.filter(finished_at__isnull=True).update(finished_at=timezone.now())
    Verification.lifecycle.move(
        verification,
        result,
        running=False,
        verified_by_id=by.user_id,
        verified_at=timezone.now(),
        **changes,
    )


def answered_by_hand(verification: Verification) -> list[dict[str, Any]]:
    """Return the checks of a manual verification with the approval as their answer."""
    passed = CheckStatus.PASSED.value
    return [{**check, "after": passed, "status": passed} for check in verification.checks]


def cut_short(verification: Verification) -> list[dict[str, Any]]:
    """Return the checks with those still running failed: nobody waits for their answer any more."""
    return [
        {**check, "after": "pending", "status": CheckStatus.FAILED.value}
        if check["status"] == CheckStatus.RUNNING
        else check
        for check in verification.checks
    ]
