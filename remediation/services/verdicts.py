from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from findings.models import Finding, FindingStatus, Regression
from findings.services import transitions
from krafter_audit.api.errors import ApiError
from remediation.errors import (
    ChecksNotPassed,
    FindingDismissed,
    VerificationFailed,
    VerificationOfGuardWindow,
    VerificationRunning,
    VerificationSuperseded,
)
from remediation.evidence import chain
from remediation.locks import LockedVerification, lock_verification
from remediation.models import CheckStatus, Result, Task, Verification
from remediation.services import approvals, contradictions, due_dates, policies


@transaction.atomic
def approve(
    verification_id: UUID, *, by: Actor, project: Project | None = None, override_reason: str = ""
) -> Verification:
    """Approve a verification: close its task, its finding and the finding's open regressions.

    Where the policy requires several approvals, the last one does so; earlier ones are recorded. An `override_reason`
    also approves a verification whose checks did not pass; they keep their results. If all passed it is ignored.
    """
    locked = lock_verification(verification_id, project)
    verification = locked.verification
    # Idempotent: a repeated request gets the same response.
    if verification.result == Result.PASSED:
        return verification
    unproven = require_approvable(locked, override=bool(override_reason))
    recorded = approvals.record(locked, by=by)
    # The policy requires further approvals.
    if recorded is None:
        return verification
    checks = passed_manually(verification) if verification.manual else verification.checks
    if not unproven:
        override_reason = ""
    decide(verification, Result.PASSED, by, checks=checks, override_reason=override_reason)
    Task.transitions.apply(locked.task, Task.Status.DONE, **due_dates.stop_clock(locked.task, by=by))
    closed = transitions.resolve(locked.finding, fixed_at=verification.created_at)
    if verification.manual:
        chain.append_manual_checks(verification, by=by)
    # Last, since it locks the end of the evidence chain.
    approval_fields: dict[str, Any] = {"approvals": recorded} if recorded else {}
    chain.append_verdict(verification, by=by, regressions_closed=closed, **approval_fields)
    log_event(
        "verification.approved",
        verification,
        by=by,
        task_id=locked.task.pk,
        finding_id=locked.finding.pk,
        regressions_closed=closed,
        override_reason=override_reason,
        sla_outcome=locked.task.sla_outcome,
    )
    return verification


@transaction.atomic
def reopen(verification_id: UUID, *, by: Actor, project: Project | None = None) -> Verification:
    """Reject a verification: set its task and its finding to in progress, and open a regression."""
    locked = lock_verification(verification_id, project)
    verification = locked.verification
    if verification.result == Result.FAILED:
        return verification
    return reopen_locked(locked, by=by)


def reopen_locked(
    locked: LockedVerification,
    *,
    by: Actor,
    trigger: Regression.Trigger = Regression.Trigger.VERIFICATION_REOPENED,
    deploy_ids: Sequence[UUID] = (),
) -> Verification:
    """Reject a locked verification as `reopen` does; `deploy_ids` may have caused it."""
    verification = locked.verification
    decide(verification, Result.FAILED, by, checks=with_running_as_failed(verification))
    Task.transitions.apply(
        locked.task, Task.Status.IN_PROGRESS, **due_dates.restart_clock(locked.task, by=by)
    )
    regression = transitions.reopen(
        locked.finding, verification_id=verification.pk, by=by, trigger=trigger, deploy_ids=deploy_ids
    )
    chain.append_verdict(verification, by=by, regression_id=regression.pk)
    log_event(
        "verification.reopened",
        verification,
        by=by,
        task_id=locked.task.pk,
        finding_id=locked.finding.pk,
        regression_id=regression.pk,
        trigger=trigger,
    )
    return verification


def require_approvable(locked: LockedVerification, *, override: bool) -> dict[str, str]:
    """Return the `unproven_checks` that an override approves; raise the error if approving is not possible."""
    verification = locked.verification
    if verification.result == Result.FAILED:
        raise VerificationFailed
    if verification.trigger == Verification.Trigger.GUARD:
        raise VerificationOfGuardWindow
    if verification.superseded:
        raise VerificationSuperseded
    if locked.finding.status == FindingStatus.DISMISSED:
        raise FindingDismissed
    if verification.running and not verification.manual:
        raise VerificationRunning
    unproven = unproven_checks(verification, locked.finding)
    if unproven and not override:
        raise ChecksNotPassed(details={"checks": unproven})
    return unproven


def unproven_checks(verification: Verification, finding: Finding) -> dict[str, str]:
    """Return the checks that the verification does not prove: `{check: failed, inconclusive or not_run}`.

    Among them are those that the finding has got since, and those that a scan or a report has seen fail since.
    """
    not_passed = {
        check["key"]: check["status"]
        for check in verification.checks
        if check["status"] != CheckStatus.PASSED and not verification.manual
    }
    failures = contradictions.last_failures([verification], [finding])
    return not_passed | contradictions.contradicted_checks(verification, finding, failures)


def approval_refusal(verification: Verification, *, by: UUID, override: bool = False) -> str:
    """Return why this user cannot approve a verification now; empty if they can."""
    task = verification.task
    if verification.result == Result.PASSED:
        return "This verification is approved."
    # Not locked: nothing is changed.
    rows = LockedVerification(task.finding, task, verification, policies.config_of(verification.project))
    try:
        require_approvable(rows, override=override)
    except ApiError as error:
        return error.message
    refusal = approvals.refusal_for(verification, approvals.rule_of(rows), by)
    return refusal.message if refusal else ""


def decide(verification: Verification, result: Result, by: Actor, **changes: Any) -> None:
    if verification.running:
        # Workers that are still running lose their part: the results that they write later are dropped.
        verification.parts.filter(finished_at__isnull=True).update(finished_at=timezone.now())
    Verification.transitions.apply(
        verification, result, running=False, verified_by_id=by.user_id, verified_at=timezone.now(), **changes
    )


def passed_manually(verification: Verification) -> list[dict[str, Any]]:
    passed = CheckStatus.PASSED.value
    return [{**check, "after": passed, "status": passed} for check in verification.checks]


def with_running_as_failed(verification: Verification) -> list[dict[str, Any]]:
    return [
        {**check, "status": CheckStatus.FAILED.value} if check["status"] == CheckStatus.RUNNING else check
        for check in verification.checks
    ]
