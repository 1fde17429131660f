"""Triage: people set the severity, status, owner and texts of findings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, F, PositiveSmallIntegerField, Q, Value, When
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from bulk_changes.subjects import ChangeContext
from events.log import log_event
from findings import priority
from findings.errors import FindingResolved, ResolvedRequiresVerification, TitleTaken
from findings.locks import lock_finding
from findings.models import Finding, FindingStatus, Severity
from findings.priority import reapply_traffic, without_traffic
from findings.services import dismissals, traffic_weight
from findings.services.dismissals import DismissalValues
from krafter_audit.api.errors import ApiError
from krafter_audit.api.etags import require_match


def update(
    finding_id: UUID,
    *,
    changes: Mapping[str, Any],
    by: Actor,
    project: Project | None = None,
    if_match: str | None = None,
) -> Finding:
    """Apply `changes` (severity, status, owner_id, title, description, recommended_fix)."""
    try:
        with transaction.atomic():
            finding = lock_finding(finding_id, project)
            require_match(if_match, finding)
            _refuse_forbidden_status(finding.status, changes.get("status"))
            changes = {name: value for name, value in changes.items() if getattr(finding, name) != value}
            if not changes:
                return finding
            was = {name: getattr(finding, name) for name in changes}
            after = _with_priority(finding, changes)
            if "title" in changes and finding.first_title is None:
                # A source may identify the finding by the current title, and must find it again.
                after["first_title"] = finding.title
            before, status = {finding.pk: finding.status}, after.pop("status", finding.status)
            Finding.transitions.apply(finding, status, **after)
            # After the severity, by which the end of a dismissal may date the tasks.
            dismissals.begin_or_end(before, status, by=by)
            log_event("finding.updated", finding, by=by, before=was, after=changes)
    except IntegrityError as error:
        # Not checked before the UPDATE: another request could take the title in between.
        if "unique_finding_title" in str(error):
            raise TitleTaken from None
        raise
    return finding


@transaction.atomic
def dismiss(
    finding_id: UUID,
    *,
    reason: str,
    comment: str = "",
    accepted_until: date | None = None,
    by: Actor,
    project: Project | None = None,
    if_match: str | None = None,
) -> Finding:
    """Dismiss a finding until a day (None: until a person reopens it), or change its dismissal.

    Raises NotFound, FindingResolved, InvalidParams.
    """
    finding = lock_finding(finding_id, project)
    require_match(if_match, finding)
    _refuse_forbidden_status(finding.status, FindingStatus.DISMISSED)
    dismissals.require_valid_date(accepted_until)
    values, was = DismissalValues(reason, comment, accepted_until), {"status": finding.status}
    dismissals.begin({finding.pk: dismissals.status_to_restore(finding)}, values, by=by)
    Finding.transitions.apply(finding, FindingStatus.DISMISSED)
    now = {"status": FindingStatus.DISMISSED}
    log_event("finding.updated", finding, by=by, before=was, after=now, dismissal=values.to_json())
    return finding


def write_many(rows: Sequence[Mapping[str, Any]], changes: Mapping[str, Any], context: ChangeContext) -> None:
    """Set values (severity, status, owner_id) in locked rows, given by `pk`, `status` and `severity`."""
    found, values = Finding.objects.filter(pk__in=[row["pk"] for row in rows]), _values(changes)
    if "status" in values:
        before, status = {row["pk"]: row["status"] for row in rows}, values.pop("status")
        Finding.transitions.update(found, set(before.values()), status, **values)
        _begin_or_end_dismissals(before, status, context)
    else:
        found.update(**values)
    if "severity" in changes:
        traffic_weight.update_default_priorities(
            {row["pk"]: row["severity"] for row in rows}, changes["severity"]
        )


def _begin_or_end_dismissals(before: Mapping[UUID, str], status: str, context: ChangeContext) -> None:
    if context.is_undo and status == FindingStatus.DISMISSED:
        dismissals.restore_last(before, by=context.by)
        return
    sent = context.details.get("dismissal")
    values = DismissalValues.from_json(sent) if sent else None
    dismissals.begin_or_end(before, status, by=context.by, values=values)


def _values(changes: Mapping[str, Any]) -> dict[str, Any]:
    values = {**changes, "updated_at": timezone.now()}
    if "severity" in changes:
        # Default priorities of the old severity become those of the new one, in one UPDATE for all rows.
        has_default = Q()
        for severity in Severity.values:
            has_default |= Q(severity=severity, **vars(priority.for_severity(severity)))
        for name, number in vars(priority.for_severity(changes["severity"])).items():
            default = When(has_default, then=Value(number))
            values[name] = Case(default, default=F(name), output_field=PositiveSmallIntegerField())
    return values


def status_error(before: str, after: str | None) -> ApiError | None:
    """Return why a person may not set this status."""
    # Setting the present status again is allowed, for clients that send the whole finding.
    if after is None or after == before:
        return None
    # A finding is resolved by evidence, not by a claim.
    if after == FindingStatus.RESOLVED:
        return ResolvedRequiresVerification()
    return FindingResolved() if before == FindingStatus.RESOLVED else None


def _refuse_forbidden_status(before: str, after: str | None) -> None:
    error = status_error(before, after)
    if error is not None:
        raise error


def _with_priority(finding: Finding, changes: Mapping[str, Any]) -> dict[str, Any]:
    # A priority that a person or a source has set stays; only a default one follows the severity.
    after = dict(changes)
    base = without_traffic(priority.priority_of(finding), finding.evidence)
    if "severity" in changes and base == priority.for_severity(finding.severity):
        numbers, weight = reapply_traffic(priority.for_severity(changes["severity"]), finding.evidence)
        after |= vars(numbers)
        if weight:
            after["evidence"] = finding.evidence | weight
    return after
