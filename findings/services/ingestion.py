"""Ingest findings from a scan, a provider or a user. The same domain and title is the same finding."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
from krafter_audit.db.advisory_locks import advisory_lock

BATCH_SIZE = 100  # rows of one INSERT
Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FindingReport:
    """A finding as a source reports it. None = the source does not report it."""

    domain: str
    title: str
    severity: str | None = None
    # Of a new finding only: unlike `severity` it does not overwrite a user's triage later.
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
        return (self.domain, self.title)


@dataclass
class IngestionResult:
    """The finding of each report, and which of them are new or were resolved."""

    findings: list[Finding]
    created: set[UUID] = field(default_factory=set)
    regressed: set[UUID] = field(default_factory=set)

    @property
    def ids(self) -> list[UUID]:
        return [finding.pk for finding in self.findings]


@transaction.atomic
def ingest(
    project: Project, reports: Sequence[FindingReport], *, by: Actor, continued: Collection[Identity] = ()
) -> IngestionResult:
    """Create or update one finding for each report; open a regression for those that were resolved.

    `continued` are findings of which the same source has reported a part before: their content is updated, their
    status and the audit log are not.
    """
    batch = {report.identity: report for report in reports}
    if len(batch) > 1:
        # Overlapping batches would wait for each other's new rows while they hold known ones. No order of locks
        # prevents that deadlock, so a project ingests one batch at a time.
        advisory_lock(f"ingest:{project.pk}")
    known = _lock(project, batch)
    created = _create(project, [batch[identity] for identity in sorted(batch.keys() - known.keys())], by)
    # Another transaction created the rest in the meantime.
    known |= _lock(project, batch.keys() - known.keys() - created.keys())
    regressed = _update(project, known, batch, by, continued)
    found = known | created
    return IngestionResult(
        [found[report.identity] for report in reports],
        created={finding.pk for finding in created.values()},
        regressed={finding.pk for finding in regressed},
    )


def ingest_one(project: Project, report: FindingReport, *, by: Actor) -> tuple[Finding, bool]:
    """Create or update the finding of one report; return it and whether it is new."""
    result = ingest(project, [report], by=by)
    return result.findings[0], bool(result.created)


def _lock(project: Project, identities: Collection[Identity]) -> dict[Identity, Finding]:
    if not identities:
        return {}
    titles: dict[str, list[str]] = {}
    for domain, title in identities:
        titles.setdefault(domain, []).append(title)
    wanted = Q()
    for domain, named in titles.items():
        wanted |= Q(domain=domain, title__in=named)
    rows = Finding.objects.select_for_update().filter(wanted, project=project).order_by("id")
    return {(finding.domain, finding.title): finding for finding in rows}


def _create(project: Project, reports: Sequence[FindingReport], by: Actor) -> dict[Identity, Finding]:
    if not reports:
        return {}
    now, severities = timezone.now(), policy_rules.severity_rules(policy_rules.config_of(project))
    findings = [_new(project, report, severities, now) for report in reports]
    # Conflicts are findings that another transaction has created since: they are updated instead.
    Finding.objects.bulk_create(findings, batch_size=BATCH_SIZE, ignore_conflicts=True)
    ids = [finding.pk for finding in findings]
    inserted = set(Finding.objects.filter(pk__in=ids).values_list("pk", flat=True))
    created = {(finding.domain, finding.title): finding for finding in findings if finding.pk in inserted}
    _log("finding.created", project, created.values(), by)
    return created


def _new(project: Project, report: FindingReport, severities: Mapping[str, str], now: datetime) -> Finding:
    severity = report.severity or report.first_severity or severities.get(report.domain) or Severity.MEDIUM
    numbers = priority.for_severity(severity, **report.priority)
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


# What a further report may change; the status changes by its transitions.
UPDATED_FIELDS = [
    "severity", "description", "confidence", "impact", "effort", "risk", "score", "owner", "affected_assets",
    "evidence", "recommended_fix", "check_keys", "last_seen_at", "updated_at",
]  # fmt: skip


def _update(
    project: Project,
    known: Mapping[Identity, Finding],
    batch: Mapping[Identity, FindingReport],
    by: Actor,
    continued: Collection[Identity],
) -> list[Finding]:
    findings = list(known.values())
    now = timezone.now()
    for identity, finding in known.items():
        finding.project = project
        _apply(finding, batch[identity], now)
    # An upsert of locked rows: bulk_update, with a CASE for each value, takes many times as long.
    Finding.objects.bulk_create(
        findings,
        batch_size=BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=UPDATED_FIELDS,
    )
    # Resolved only: a finding that was dismissed stays dismissed.
    seen = [finding for identity, finding in known.items() if identity not in continued]
    regressed = [finding for finding in seen if finding.status == FindingStatus.RESOLVED]
    Finding.transitions.apply_all(regressed, FindingStatus.IN_PROGRESS)
    _open_regressions(project, regressed, by)
    _log("finding.seen_again", project, seen, by)
    return regressed


def _apply(finding: Finding, report: FindingReport, now: datetime) -> None:
    if report.severity:
        finding.severity = report.severity
    # A report brings its own evidence; the traffic weight is ours and stays.
    weight = {name: value for name, value in finding.evidence.items() if name == TRAFFIC_WEIGHT}
    if report.priority or report.severity:
        base = priority.for_severity(finding.severity, **report.priority)
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


def _open_regressions(project: Project, findings: Sequence[Finding], by: Actor) -> None:
    now, trigger = timezone.now(), Regression.Trigger.SCAN_DETECTED
    Regression.objects.bulk_create(
        Regression(project=project, finding=finding, trigger=trigger, opened_at=now) for finding in findings
    )
    subjects = [(finding.pk, {"trigger": trigger.value}) for finding in findings]
    log_events("finding.regressed", project, subjects, by=by)


def _check_keys(report: FindingReport) -> list[str] | None:
    if report.checks is not None:
        return list(dict.fromkeys(report.checks))
    named = (report.evidence or {}).get("checks")
    # `evidence` is free-form JSON of the source.
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


def _log(name: str, project: Project, findings: Collection[Finding], by: Actor) -> None:
    subjects = [
        (finding.pk, {"severity": finding.severity, "domain": finding.domain}) for finding in findings
    ]
    log_events(name, project, subjects, by=by)
