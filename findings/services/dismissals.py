"""Records of dismissals: why a finding is dismissed, until when, and how that ended.

Every service that changes the status of a locked finding calls these in its transaction: a dismissed finding has one
open record, any other none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from findings.models import Dismissal, DismissalEnd, DismissalReason, Finding, FindingStatus
from findings.signals import dismissals_changed
from krafter_audit.api.errors import InvalidParams

MAX_AHEAD = timedelta(days=3660)  # a dismissal ends within ten years, or never
DAY_IN_PAST = "Use today or a later day."
DAY_TOO_LATE = "Use a day within the next ten years."


@dataclass(frozen=True)
class DismissalValues:
    """The reason and the end of a dismissal."""

    reason: str = DismissalReason.NOT_GIVEN
    comment: str = ""
    accepted_until: date | None = None  # the last day on which it is accepted; None: no end

    def __str__(self) -> str:
        return str(Dismissal(reason=self.reason, accepted_until=self.accepted_until))

    def to_json(self) -> dict[str, Any]:
        until = self.accepted_until.isoformat() if self.accepted_until else None
        return {"reason": str(self.reason), "comment": self.comment, "accepted_until": until}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "DismissalValues":
        until = data["accepted_until"]
        return cls(data["reason"], data["comment"], date.fromisoformat(until) if until else None)


def today() -> date:
    """Return the day in UTC."""
    return timezone.now().date()


def date_error(accepted_until: date | None) -> str:
    """Return why a finding cannot be accepted until this day; empty if it can."""
    if accepted_until is None:
        return ""
    if accepted_until < today():
        return DAY_IN_PAST
    return DAY_TOO_LATE if accepted_until > today() + MAX_AHEAD else ""


def require_valid_date(accepted_until: date | None, *, field: str = "accepted_until") -> None:
    """Raise InvalidParams for a day in the past or too far ahead; `field` names it in the request."""
    error = date_error(accepted_until)
    if error:
        raise InvalidParams(details={field: [error]})


def status_to_restore(finding: Finding) -> str:
    """Return the present status of a locked finding, or if dismissed the one from before."""
    if finding.status != FindingStatus.DISMISSED:
        return finding.status
    row = current([finding.pk]).get(finding.pk)
    return row.status_before if row else FindingStatus.TRIAGED


def begin_or_end(
    before: Mapping[UUID, str], status: str, *, by: Actor, values: DismissalValues | None = None
) -> None:
    """Begin or end the dismissals of findings, `{id: status before}`, whose status becomes `status`."""
    if status != FindingStatus.DISMISSED:
        end(
            [pk for pk, was in before.items() if was == FindingStatus.DISMISSED], DismissalEnd.REOPENED, by=by
        )
        return
    begin(
        {pk: was for pk, was in before.items() if was != FindingStatus.DISMISSED},
        values or DismissalValues(),
        by=by,
    )


def begin(before: Mapping[UUID, str], values: DismissalValues, *, by: Actor) -> None:
    """Record the dismissal of findings, `{id: status before}`; an open record is replaced."""
    end(before, DismissalEnd.REPLACED, by=by)
    Dismissal.objects.bulk_create(
        Dismissal(finding_id=pk, status_before=was, dismissed_by_id=by.user_id, **vars(values))
        for pk, was in before.items()
    )
    _send_dismissals_changed(before, dismissed=True, by=by)


def restore_last(before: Mapping[UUID, str], *, by: Actor) -> None:
    """Restore the last dismissals of the findings, `{id: status before}`, in an undo."""
    last = Dismissal.objects.filter(finding__in=list(before)).order_by("finding", "-created_at", "-id")
    known = {row.finding_id: row for row in last.distinct("finding")}
    end(known, DismissalEnd.REPLACED, by=by)
    Dismissal.objects.bulk_create(
        Dismissal(
            finding_id=pk,
            status_before=before[pk],
            dismissed_by_id=row.dismissed_by_id,
            reason=row.reason,
            comment=row.comment,
            accepted_until=row.accepted_until,
        )
        for pk, row in known.items()
    )
    _send_dismissals_changed(known, dismissed=True, by=by)
    begin({pk: was for pk, was in before.items() if pk not in known}, DismissalValues(), by=by)


def end(finding_ids: Collection[UUID], why: DismissalEnd, *, by: Actor) -> None:
    if not finding_ids:
        return
    now = timezone.now()
    Dismissal.objects.filter(finding__in=finding_ids, ended_at=None).update(
        ended_at=now, ended_by=by.user_id, end_reason=why, updated_at=now
    )
    if why != DismissalEnd.REPLACED:
        _send_dismissals_changed(finding_ids, dismissed=False, by=by)


def _send_dismissals_changed(finding_ids: Collection[UUID], *, dismissed: bool, by: Actor) -> None:
    if finding_ids:
        # `remediation` pauses or continues the due dates of their tasks.
        dismissals_changed.send(Dismissal, finding_ids=list(finding_ids), dismissed=dismissed, by=by)


def replaced_since(finding_ids: Collection[UUID], since: datetime) -> list[UUID]:
    """Return the findings of which a dismissal recorded since a time was replaced."""
    rows = Dismissal.objects.filter(
        finding__in=finding_ids, created_at__gte=since, end_reason=DismissalEnd.REPLACED
    )
    return list(rows.values_list("finding", flat=True).distinct())


def current(finding_ids: Collection[Any]) -> dict[UUID, Dismissal]:
    """Return the open record of each finding that is dismissed."""
    rows = Dismissal.objects.filter(finding__in=finding_ids, ended_at=None).select_related("dismissed_by")
    return {row.finding_id: row for row in rows}
