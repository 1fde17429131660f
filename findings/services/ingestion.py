"""Ingest findings from scans, providers and people. Domain and title identify a finding within its project."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_events
from findings import policy_rules, priority
from findings.models import CHECK_KEY, MAX_CHECKS, Finding, FindingStatus, Regression, Severity
from findings.priority import TRAFFIC_WEIGHT, reapply_traffic
from krafter_audit.db.advisory_locks import wait_for_turn

BATCH_SIZE = 100  # findings in memory at once
Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FindingReport:
    """A finding as a source reports it. None: the source makes no statement about the field.

    `first_severity` applies to new findings only; unlike `severity` it never overrides a person's triage.
    """

    domain: str
    title: str
    severity: str | None = None
    first_severity: str | None = None
    description: str | None = None
    confidence: Any = None
    priority: dict[str, int] = field(default_factory=dict)
    owner_id: UUID | None = None
    affected_assets: list[dict[str, str]] | None = None
    evidence: dict[str, Any] | None = None
    recommended_fix: dict[str, Any] | None = None
    checks: list[str] | None = None

    @property
    def identity(self) -> Identity:
        """Return the domain and the title, by which reports are matched to findings."""
        return (self.domain, self.title)


@dataclass
class IngestionResult:
    """The finding of each report of a batch, and which findings were created and which had been resolved."""

    ids: list[UUID]
    created: set[UUID] = field(default_factory=set)
    regressed: set[UUID] = field(default_factory=set)


@transaction.atomic
def ingest(project: Project, reports: Sequence[FindingReport], *, by: Actor) -> IngestionResult:
    """Create or update one finding for each report, with a constant number of queries per batch.

    A resolved finding that is reported again returns to `in_progress` with an open regression; a dismissed one stays.
    """
    batch = {report.identity: report for report in reports}
    if len(batch) > 1:
        # Overlapping batches would wait for each other's new rows while they lock existing ones. No lock order
        # prevents that deadlock, so a project ingests one batch at a time.
        wait_for_turn(f"ingest:{project.pk}")
    result, ids = IngestionResult([]), dict[Identity, UUID]()
    for findings in _write(project, batch, result, by):
        ids |= {(finding.domain, finding.title): finding.pk for finding in findings}
    result.ids = [ids[report.identity] for report in reports]
    return result


@transaction.atomic
def ingest_one(project: Project, report: FindingReport, *, by: Actor) -> tuple[Finding, bool]:
    """Create or update the finding of one report; return it and whether it was created."""
    result = IngestionResult([])
    [[finding]] = [made for made in _write(project, {report.identity: report}, result, by) if made]
    return finding, bool(result.created)


def _write(
    project: Project, batch: Mapping[Identity, FindingReport], result: IngestionResult, by: Actor
) -> Iterator[list[Finding]]:
    """Write a batch and yield its findings in chunks, so that few of them are in memory at once."""
    now, severities = timezone.now(), policy_rules.severity_rules(policy_rules.config_of(project))
    known = _lock(project, batch)
    unknown, conflicting = sorted(set(batch) - set(known)), []
    for chunk in batched(unknown, BATCH_SIZE):
        made = [_new(project, batch[identity], severities, now) for identity in chunk]
        Finding.objects.bulk_create(made, ignore_conflicts=True)
        written = set(
            Finding.objects.filter(pk__in=[finding.pk for finding in made]).values_list("pk", flat=True)
        )
        conflicting += [(finding.domain, finding.title) for finding in made if finding.pk not in written]
        made = [finding for finding in made if finding.pk in written]
        result.created |= written
        _log("finding.created", project, made, by)
        yield made
    known |= _lock(
        project, conflicting
    )  # created by another transaction meanwhile: update them like the others
    for chunk_of_ids in batched(known.values(), BATCH_SIZE):
        findings = list(Finding.objects.filter(pk__in=chunk_of_ids))
        result.regressed |= _update(findings, batch, now, by)
        _log("finding.seen_again", project, findings, by)
        yield findings


def _lock(project: Project, identities: Iterable[Identity]) -> dict[Identity, UUID]:
    wanted = Q()
    titles: dict[str, list[str]] = {}
    for domain, title in identities:
        titles.setdefault(domain, []).append(title)
    for domain, named in titles.items():
        wanted |= Q(domain=domain, title__in=named)
    if not wanted:
        return {}
    rows = Finding.objects.select_for_update().filter(wanted, project=project).order_by("id")
    return {(domain, title): pk for domain, title, pk in rows.values_list("domain", "title", "pk")}


def _new(project: Project, report: FindingReport, severities: Mapping[str, str], now: datetime) -> Finding:
    severity = report.severity or report.first_severity or severities.get(report.domain) or Severity.MEDIUM
    numbers = priority.complete(severity, **report.priority)
    return Finding(
        project=project,
        domain=report.domain,
        title=report.title,
        severity=severity,
        description=report.description or "",
        confidence=1 if report.confidence is None else report.confidence,
        impact=numbers.impact,
        effort=numbers.effort,
        risk=numbers.risk,
        score=numbers.score,
        owner_id=report.owner_id,
        affected_assets=report.affected_assets or [],
        evidence=_evidence(report, {}),
        recommended_fix=report.recommended_fix or {"summary": "", "steps": [], "references": []},
        check_keys=_check_keys(report) or [],
        created_at=now,
        updated_at=now,
        last_seen_at=now,
    )


# The fields that a new report may change. A status changes by its transitions.
UPDATED_FIELDS = [
    "severity", "description", "confidence", "impact", "effort", "risk", "score", "owner", "affected_assets",
    "evidence", "recommended_fix", "check_keys", "last_seen_at", "updated_at",
]  # fmt: skip


def _update(
    findings: Sequence[Finding], batch: Mapping[Identity, FindingReport], now: datetime, by: Actor
) -> set[UUID]:
    for finding in findings:
        _apply(finding, batch[finding.domain, finding.title], now)
    # An upsert of existing, locked rows: bulk_update, with a CASE for each value, takes many times as long.
    Finding.objects.bulk_create(
        findings, update_conflicts=True, unique_fields=["id"], update_fields=UPDATED_FIELDS
    )
    returned = [finding for finding in findings if finding.status == FindingStatus.RESOLVED]
    if returned:
        Finding.transitions.apply_all(returned, FindingStatus.IN_PROGRESS)
        _open_regressions(returned, now, by)
    return {finding.pk for finding in returned}


def _apply(finding: Finding, report: FindingReport, now: datetime) -> None:
    if report.severity:
        finding.severity = report.severity
    weight = {name: value for name, value in finding.evidence.items() if name == TRAFFIC_WEIGHT}
    if report.priority or report.severity:
        base = priority.complete(finding.severity, **report.priority)
        numbers, weight = reapply_traffic(base, finding.evidence)
        finding.impact, finding.effort = numbers.impact, numbers.effort
        finding.risk, finding.score = numbers.risk, numbers.score
    for name in ("description", "confidence", "owner_id", "affected_assets", "recommended_fix"):
        value = getattr(report, name)
        if value is not None:
            setattr(finding, name, value)
    finding.evidence = _evidence(report, finding.evidence) | weight
    keys = _check_keys(report)
    finding.check_keys = finding.check_keys if keys is None else keys
    finding.last_seen_at = finding.updated_at = now


def _open_regressions(findings: list[Finding], now: datetime, by: Actor) -> None:
    Regression.objects.bulk_create(
        Regression(
            project_id=finding.project_id,
            finding=finding,
            trigger=Regression.Trigger.SCAN_DETECTED,
            opened_at=now,
        )
        for finding in findings
    )
    data = {"trigger": Regression.Trigger.SCAN_DETECTED.value}
    log_events("finding.regressed", findings[0].project, [(finding.pk, data) for finding in findings], by=by)


def _check_keys(report: FindingReport) -> list[str] | None:
    if report.checks is not None:
        return list(dict.fromkeys(report.checks))
    named = (report.evidence or {}).get("checks")
    if not isinstance(named, list) or len(named) > MAX_CHECKS:
        return None
    valid = all(isinstance(key, str) and CHECK_KEY.match(key) for key in named)
    return list(dict.fromkeys(named)) if valid else None


def _evidence(report: FindingReport, before: dict[str, Any]) -> dict[str, Any]:
    evidence = dict(before if report.evidence is None else report.evidence)
    keys = _check_keys(report)
    if keys is not None:
        evidence["checks"] = keys
    return evidence


def _log(name: str, project: Project, findings: Iterable[Finding], by: Actor) -> None:
    subjects: list[tuple[UUID, dict[str, Any]]] = [
        (finding.pk, {"severity": finding.severity, "domain": finding.domain}) for finding in findings
    ]
    log_events(name, project, subjects, by=by)
