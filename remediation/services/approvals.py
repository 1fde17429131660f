"""Approvals of several people: recorded one by one until the policy's number is reached."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, Project
from events.log import log_event
from krafter_audit.api.errors import Conflict
from krafter_audit.http.timestamps import format_timestamp
from remediation.approval_rules import ApprovalRule, rule_for
from remediation.errors import (
    AlreadyApproved,
    ApprovalNotFound,
    ApprovalRequiresUser,
    AuthorMayNotApprove,
    VerificationApproved,
)
from remediation.locks import LockedVerification, lock_verification
from remediation.models import Approval, Result, Verification
from remediation.queries import ready_changes
from remediation.services.policies import config_of


def rule_of(locked: LockedVerification) -> ApprovalRule:
    return rule_for(locked.config, locked.finding.severity)


def record(locked: LockedVerification, *, by: Actor) -> list[dict[str, Any]] | None:
    """Record a person's approval; return all of them if they are enough, else None.

    Raises ApprovalRequiresUser, AuthorMayNotApprove, AlreadyApproved.
    """
    verification, rule = locked.verification, rule_of(locked)
    # Nothing is recorded: the approval itself is enough.
    if rule.is_default:
        return []
    if refusal := refusal_for(verification, rule, by.user_id):
        raise refusal
    # An approval that does not count, from before the person left and came back, is replaced.
    active_approvals(verification).filter(user=by.user_id).update(
        withdrawn_at=timezone.now(), updated_at=timezone.now()
    )
    Approval.objects.create(verification=verification, user_id=by.user_id)
    valid = list(valid_approvals(verification, rule))
    log_event(
        "verification.approval_recorded",
        verification,
        by=by,
        task_id=locked.task.pk,
        approvals=len(valid),
        required=rule.required,
    )
    return as_evidence(valid) if len(valid) >= rule.required else None


def refusal_for(verification: Verification, rule: ApprovalRule, user_id: UUID | None) -> Conflict | None:
    """Return why this person may not approve."""
    if rule.is_default:
        return None
    if user_id is None:
        return ApprovalRequiresUser()
    if rule.not_author and author_id(verification) == user_id:
        return AuthorMayNotApprove()
    return AlreadyApproved() if valid_approvals(verification, rule).filter(user=user_id).exists() else None


def author_id(verification: Verification) -> UUID | None:
    """Return who last set the task to ready to verify."""
    return ready_changes(verification.task_id).values_list("actor_id", flat=True).first()


@transaction.atomic
def withdraw(verification_id: UUID, *, project: Project, by: Actor) -> Verification:
    """Withdraw one's own approval of a verification that is not approved yet.

    Raises NotFound, ApprovalNotFound, VerificationApproved.
    """
    locked = lock_verification(verification_id, project)
    verification = locked.verification
    if verification.result == Result.PASSED:
        raise VerificationApproved
    approval = active_approvals(verification).filter(user=by.user_id).first() if by.user_id else None
    if approval is None:
        raise ApprovalNotFound
    approval.withdrawn_at = timezone.now()
    approval.save(update_fields=["withdrawn_at", "updated_at"])
    log_event("verification.approval_withdrawn", verification, by=by, task_id=locked.task.pk)
    return verification


def withdrawal_refusal(verification: Verification, *, by: UUID) -> str:
    """Return why this person may withdraw no approval."""
    if verification.result == Result.PASSED:
        return VerificationApproved.message
    return "" if active_approvals(verification).filter(user=by).exists() else ApprovalNotFound.message


def active_approvals(verification: Verification) -> QuerySet[Approval]:
    """Return the approvals that were not withdrawn, oldest first."""
    return verification.approvals.filter(withdrawn_at=None).order_by("created_at", "id")


def valid_approvals(verification: Verification, rule: ApprovalRule) -> QuerySet[Approval]:
    """Return the active approvals that count: before the decision only those of people who may still approve."""
    if verification.result == Result.PASSED:
        return active_approvals(verification)
    # An approval from before the person left the organisation does not count again when they come back.
    members = Membership.objects.filter(
        organization=verification.project.organization_id,
        user=OuterRef("user"),
        created_at__lte=OuterRef("created_at"),
    ).exclude(role=Membership.Role.VIEWER)
    rows = active_approvals(verification).filter(
        Exists(members) | Q(user__is_superuser=True), user__is_active=True
    )
    # A person who has approved may have set the task to ready to verify since.
    author = author_id(verification) if rule.not_author else None
    return rows if author is None else rows.exclude(user=author)


def as_evidence(approvals: list[Approval]) -> list[dict[str, Any]]:
    return [
        {"user_id": approval.user_id, "approved_at": format_timestamp(approval.created_at)}
        for approval in approvals
    ]


def state_of(verification: Verification) -> dict[str, Any]:
    """Return the rule for a verification and its approvals, withdrawn ones too."""
    rule = rule_for(config_of(verification.project), verification.task.finding.severity)
    return {
        "verification_id": verification.pk,
        "required": rule.required,
        "not_author": rule.not_author,
        "given": valid_approvals(verification, rule).count(),
        "approvals": list(verification.approvals.order_by("created_at", "id")),
    }
