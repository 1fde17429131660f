"""What work on a finding does to it. Call these with the finding's row locked."""

from uuid import UUID

from django.utils import timezone

from findings.models import Finding, FindingStatus, Regression
from krafter_audit.db.statements import Text
from krafter_audit.lib.together import Done, do

CLOSE = Text(
    """
    UPDATE findings_regression SET status = %(closed)s, closed_at = %(now)s, updated_at = %(now)s
    WHERE finding_id = %(finding)s AND status = %(open)s RETURNING 1
    """,
    Regression,
)
FORWARD = [FindingStatus.NEW, FindingStatus.TRIAGED, FindingStatus.IN_PROGRESS, FindingStatus.READY_VERIFY]


def follow(finding: Finding, status: str) -> None:
    """Move the finding forward to `status` with its task; never back, never out of a terminal status."""
    if finding.status not in FORWARD or status not in FORWARD:
        return
    if FORWARD.index(FindingStatus(status)) > FORWARD.index(FindingStatus(finding.status)):
        Finding.lifecycle.move(finding, status)


def resolve(finding: Finding) -> Done:
    """The fix holds: the finding is resolved, its open regressions are closed; the answer's `rows` counts those."""
    Finding.lifecycle.move(finding, FindingStatus.RESOLVED)
    now = timezone.now()
    return do(
        CLOSE, finding=finding.pk, open=Regression.Status.OPEN, closed=Regression.Status.CLOSED, now=now
    )


def reopen(finding: Finding, *, verification_id: UUID) -> Regression:
    """The fix does not hold: the finding is worked on again, and a regression says why."""
    Finding.lifecycle.move(finding, FindingStatus.IN_PROGRESS)
    return Regression.objects.create(
        project_id=finding.project_id,
        finding=finding,
        verification_id=verification_id,
        trigger=Regression.Trigger.VERIFICATION_REOPENED,
        opened_at=timezone.now(),
    )
