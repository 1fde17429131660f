"""A person sorts findings: what matters, whose it is, what is not worth mending."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.record import record, record_many
from findings import priority
from findings.errors import FindingResolved, ResolvedRequiresVerification, TitleTaken
from findings.models import Finding, FindingStatus
from krafter_audit.api.etag import refuse_unless_current


@transaction.atomic
def update(
    finding_id: UUID, *, changes: Mapping[str, Any], by: Actor, if_match: str | None = None
) -> Finding:
    """Apply `changes` (severity, status, owner_id, title, description, recommended_fix) to one finding."""
    finding = Finding.objects.select_for_update().select_related("project").get(pk=finding_id)
    refuse_unless_current(if_match, finding)
    _refuse_forbidden_status(finding, changes.get("status"))
    was = {name: getattr(finding, name) for name in changes}
    _change(finding, changes)
    try:
        with transaction.atomic():
            finding.save()
    except IntegrityError as error:
        if "one_finding_a_title" in str(error):
            raise TitleTaken from None
        raise
    record("finding.updated", finding, by=by, was=was, now=dict(changes))
    return finding


@transaction.atomic
def update_many(project: Project, rows: QuerySet[Finding], *, changes: Mapping[str, Any], by: Actor) -> int:
    """Apply `changes` to all of `rows`, all or nothing; return how many changed."""
    findings = list(rows.select_for_update().order_by("id"))
    for finding in findings:
        _refuse_forbidden_status(finding, changes.get("status"))
        _change(finding, changes)
        finding.updated_at = timezone.now()
    fields = ["severity", "status", "owner", "impact", "effort", "risk", "score", "updated_at"]
    Finding.objects.bulk_update(findings, fields, batch_size=500)
    record_many("finding.updated", project, [(f.pk, {"now": dict(changes)}) for f in findings], by=by)
    return len(findings)


def _refuse_forbidden_status(finding: Finding, status: str | None) -> None:
    if status is None or status == finding.status:
        return
    if status == FindingStatus.RESOLVED:
        raise ResolvedRequiresVerification
    if finding.status == FindingStatus.RESOLVED:
        raise FindingResolved


def _change(finding: Finding, changes: Mapping[str, Any]) -> None:
    if "severity" in changes and _urgency(finding) == priority.usual(finding.severity):
        # The numbers were the usual ones of the old severity: they follow. A person's or a source's own stay.
        for name, value in vars(priority.usual(changes["severity"])).items():
            setattr(finding, name, value)
    for name, value in changes.items():
        setattr(finding, name, value)


def _urgency(finding: Finding) -> priority.Priority:
    return priority.Priority(finding.impact, finding.effort, finding.risk, finding.score)
