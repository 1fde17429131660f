"""Status changes of a locked finding that follow from its tasks and verifications."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from findings.models import OPEN_STATUSES, Finding, FindingStatus, Regression
from findings.services import dismissals


def advance(finding: Finding, status: str) -> None:
    """Advance the finding to `status`, unless that is behind its status or its status is terminal."""
    if finding.status not in OPEN_STATUSES or status not in OPEN_STATUSES:
        return
    # The most advanced of several tasks decides; no task sets a finding back.
    if OPEN_STATUSES.index(FindingStatus(status)) > OPEN_STATUSES.index(FindingStatus(finding.status)):
        Finding.transitions.apply(finding, status)


def advance_all(finding_ids: Collection[UUID], status: str) -> int:
    """Advance locked findings; return how many advanced."""
    if status not in OPEN_STATUSES:
        return 0
    behind = OPEN_STATUSES[: OPEN_STATUSES.index(FindingStatus(status))]
    return Finding.transitions.update(Finding.objects.filter(pk__in=finding_ids), behind, status)


def resolve(finding: Finding, *, fixed_at: datetime) -> int:
    """Resolve the finding and close its open regressions; return their number."""
    Finding.transitions.apply(finding, FindingStatus.RESOLVED, fixed_at=fixed_at)
    return Regression.transitions.update(
        Regression.objects.filter(finding=finding),
        Regression.Status.OPEN,
        Regression.Status.CLOSED,
        closed_at=timezone.now(),
    )


def reopen(
    finding: Finding,
    *,
    verification_id: UUID,
    by: Actor,
    trigger: Regression.Trigger,
    deploy_ids: Sequence[UUID],
) -> Regression:
    """Set the finding to in progress, and open a regression that names the failed verification."""
    dismissals.begin_or_end({finding.pk: finding.status}, FindingStatus.IN_PROGRESS, by=by)
    Finding.transitions.apply(finding, FindingStatus.IN_PROGRESS)
    return Regression.objects.create(
        project_id=finding.project_id,
        finding=finding,
        verification_id=verification_id,
        trigger=trigger,
        deploy_ids=list(deploy_ids),
        opened_at=timezone.now(),
    )
