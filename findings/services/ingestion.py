"""Ingest findings from a scan, a provider or a user. `findings/services/identity.py` says which are the same."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_events
from findings import check_keys, policy_rules, priority
from findings.models import LARGE_FIELDS, Finding, FindingStatus, Regression, Severity
from findings.priority import TRAFFIC_WEIGHT, reapply_traffic
from findings.services.evidence_limits import MAX_ASSETS, truncate
from findings.services.identity import Identity, identity_of, match, qualified_title
from findings.signals import findings_reported
from krafter_audit.db.advisory_locks import advisory_lock

BATCH_SIZE = 100  # rows of one INSERT


@dataclass(frozen=True, slots=True)
class FindingReport:
    """A finding as a source reports it; None: not reported."""

    domain: str
    title: str
    severity: str | None = None
    # Applies to a new finding only: unlike `severity` it does not overwrite a user's triage later.
    first_severity: str | None = None
    description: str | None = None
    confidence: Any = None
    priority: dict[str, int] = field(default_factory=dict)
    owner_id: UUID | None = None
    affected_assets: list[dict[str, str]] | None = None
    evidence: dict[str, Any] | None = None
    recommended_fix: dict[str, Any] | None = None
    checks: list[str] | None = None
    # The source's key of the finding (identity.py). The title is then only the default of a new finding.
    source_key: str | None = None
    scan_id: UUID | None = None  # of our own scan that reports it
    # When another source observed it, if that was some time ago.
    observed_at: datetime | None = None
    # The report may lack pages on which the check fails: known pages stay, for the next verification.
    is_addition: bool = False

    @property
    def identity(self) -> Identity:
        return identity_of(self)


@dataclass
class IngestionResult:
    """The finding of each report, and which are new or were resolved."""

    findings: list[Finding]
    created: set[UUID] = field(default_factory=set)
    regressed: set[UUID] = field(default_factory=set)

    @property
    def ids(self) -> list[UUID]:
        return [finding.pk for finding in self.findings]


@transaction.atomic
def ingest(
    project: Project,
    reports: Sequence[FindingReport],
    *,
    by: Actor,
    reported_before: Collection[Identity] = (),
) -> IngestionResult:
    """Create or update one finding for each report; open a regression for those that were resolved.

    `reported_before`: the findings of which the same scan has reported a part before. Only their content is updated,
    without an event.
    """
    batch = {report.identity: report for report in reports}
    if len(batch) > 1 or any(report.source_key for report in reports):
        # Overlapping batches would wait for each other's new rows while they hold known ones. No order of locks
        # prevents that deadlock, so a project ingests one batch at a time.
        advisory_lock(f"ingest:{project.pk}")
    known = lock_findings_of_reports(project, batch.values())
    created = _create(project, [batch[identity] for identity in sorted(batch.keys() - known.keys())], by)
    # Another transaction created the rest in the meantime.
    missing = batch.keys() - known.keys() - created.keys()
    known |= lock_findings_of_reports(project, [batch[identity] for identity in missing])
    regressed = _update(project, known, batch, by, reported_before)
    found = known | created
    return IngestionResult(
        [found[report.identity] for report in reports],
        created={finding.pk for finding in created.values()},
        regressed={finding.pk for finding in regressed},
    )


def ingest_one(project: Project, report: FindingReport, *, by: Actor) -> tuple[Finding, bool]:
    """Create or update the finding of a report; return it and whether it is new."""
    result = ingest(project, [report], by=by)
    return result.findings[0], bool(result.created)


@transaction.atomic
def report_unchanged(seen: Mapping[UUID, datetime]) -> None:
    """Store when a source last observed findings that it reports as before; this may contradict their verifications."""
    rows = Finding.objects.select_for_update().filter(pk__in=list(seen)).order_by("id").defer(*LARGE_FIELDS)
    later = [row for row in rows if row.reported_at is None or row.reported_at < seen[row.pk]]
    for finding in later:
        finding.reported_at = seen[finding.pk]
    Finding.objects.bulk_update(later, ["reported_at"])
    findings_reported.send(Finding, findings=later)


def lock_findings_of_reports(project: Project, reports: Iterable[FindingReport]) -> dict[Identity, Finding]:
    """Lock the known findings of the reports; return them by identity."""
    reports = list(reports)
    titles: dict[str, list[str]] = {}
    first_titles: dict[str, list[str]] = {}
    keys: dict[str, list[str]] = {}
    for report in reports:
        titles.setdefault(report.domain, []).append(report.title)
        first_titles.setdefault(report.domain, []).append(report.title)
        if report.source_key:
            titles[report.domain].append(qualified_title(report))
            keys.setdefault(report.domain, []).append(report.source_key)
    if not reports:
        return {}
    # A UNION, so that PostgreSQL uses the three indexes; by an OR it reads all findings of the domain.
    rows = Finding.objects.filter(project=project)
    wanted = [
        rows.filter(("domain", domain), (f"{name}__in", values)).values("pk")
        for name, named in (("title", titles), ("first_title", first_titles), ("identity", keys))
        for domain, values in named.items()
    ]
    first, *others = wanted
    locked = Finding.objects.select_for_update().filter(pk__in=first.union(*others)).order_by("id")
    return match(reports, locked)


def _create(project: Project, reports: Sequence[FindingReport], by: Actor) -> dict[Identity, Finding]:
    if not reports:
        return {}
    now, severities = timezone.now(), policy_rules.severity_rules(policy_rules.config_of(project))
    findings = [_new(project, report, severities, now) for report in reports]
    _qualify_equal_titles(project, reports, findings)
    # Conflicts are findings that another transaction has created since: they are updated instead.
    Finding.objects.bulk_create(findings, batch_size=BATCH_SIZE, ignore_conflicts=True)
    ids = [finding.pk for finding in findings]
    inserted = set(Finding.objects.filter(pk__in=ids).values_list("pk", flat=True))
    created = {
        report.identity: finding
        for report, finding in zip(reports, findings, strict=True)
        if finding.pk in inserted
    }
    _log("finding.created", project, created.values(), by)
    return created


def _qualify_equal_titles(
    project: Project, reports: Sequence[FindingReport], findings: Sequence[Finding]
) -> None:
    """Give a source's findings another title if a person has given theirs to another finding."""
    sourced = [
        (report, finding) for report, finding in zip(reports, findings, strict=True) if report.source_key
    ]
    if not sourced:
        return
    titles = [finding.title for _, finding in sourced]
    rows = Finding.objects.filter(
        project=project, title__in=titles, domain__in={report.domain for report, _ in sourced}
    )
    existing = set(rows.values_list("domain", "title"))
    for report, finding in sourced:
        if (finding.domain, finding.title) in existing:
            finding.title = qualified_title(report)
        existing.add((finding.domain, finding.title))


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
        **vars(numbers),
        owner_id=report.owner_id,
        affected_assets=report.affected_assets or [],
        evidence=_evidence(report, {}, []),
        recommended_fix=report.recommended_fix or {"summary": "", "steps": [], "references": []},
        check_keys=_check_keys(report) or [],
        identity=report.source_key,
        created_at=now,
        updated_at=now,
        last_seen_at=now,
        last_scan_id=report.scan_id,
    )


# The fields that `_apply` sets: a field that is missing here is not stored. The status changes by its transitions.
UPDATED_FIELDS = [
    "severity", "description", "confidence", "impact", "effort", "risk", "score", "owner", "affected_assets",
    "evidence", "recommended_fix", "check_keys", "identity", "last_seen_at", "last_scan_id", "reported_at",
    "updated_at",
]  # fmt: skip


def _update(
    project: Project,
    known: Mapping[Identity, Finding],
    batch: Mapping[Identity, FindingReport],
    by: Actor,
    reported_before: Collection[Identity],
) -> list[Finding]:
    # Two reports may be about one finding: one by its first title, and one by its present title.
    findings = list({finding.pk: finding for finding in known.values()}.values())
    now = timezone.now()
    had_checks = {finding.pk for finding in findings if finding.check_keys}
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
    # Without checks, before and now, a verification of the finding is a manual review.
    if checked := [finding for finding in findings if finding.check_keys or finding.pk in had_checks]:
        findings_reported.send(Finding, findings=checked)
    # Resolved only: a finding that was dismissed stays dismissed.
    reported_again = {
        finding.pk: finding for identity, finding in known.items() if identity not in reported_before
    }
    seen = list(reported_again.values())
    regressed = [finding for finding in seen if finding.status == FindingStatus.RESOLVED]
    Finding.transitions.apply_all(regressed, FindingStatus.IN_PROGRESS)
    _open_regressions(project, regressed, by)
    _log("finding.seen_again", project, seen, by)
    return regressed


def _apply(finding: Finding, report: FindingReport, now: datetime) -> None:
    has_checks = bool(report.checks or finding.check_keys)
    if report.is_addition and has_checks and finding.status != FindingStatus.RESOLVED:
        report = _added(report, finding)
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
    finding.evidence = _evidence(report, finding.evidence, finding.check_keys) | weight
    finding.identity = report.source_key or finding.identity
    keys = _check_keys(report)
    finding.check_keys = finding.check_keys if keys is None else keys
    finding.last_seen_at = finding.updated_at = now
    if report.scan_id:
        finding.last_scan_id = report.scan_id
    else:
        finding.reported_at = report.observed_at or now


def _added(report: FindingReport, finding: Finding) -> FindingReport:
    assets = report.affected_assets or []
    assets = [*assets, *(asset for asset in finding.affected_assets if asset not in assets)]
    evidence = truncate({**finding.evidence, **(report.evidence or {})})
    return replace(report, affected_assets=assets[:MAX_ASSETS], evidence=evidence)


def _open_regressions(project: Project, findings: Sequence[Finding], by: Actor) -> None:
    now, trigger = timezone.now(), Regression.Trigger.SCAN_DETECTED
    Regression.objects.bulk_create(
        Regression(project=project, finding=finding, trigger=trigger, opened_at=now) for finding in findings
    )
    subjects = [(finding.pk, {"trigger": trigger.value}) for finding in findings]
    log_events("finding.regressed", project, subjects, by=by)


def _check_keys(report: FindingReport) -> list[str] | None:
    keys = check_keys.keys_in_evidence(report.evidence) if report.checks is None else report.checks
    return None if keys is None else list(dict.fromkeys(keys))


def _evidence(report: FindingReport, before: dict[str, Any], known_keys: Sequence[str]) -> dict[str, Any]:
    evidence = dict(before if report.evidence is None else report.evidence)
    keys = _check_keys(report)
    if keys is not None:
        evidence["checks"] = keys
    elif known_keys:
        evidence.setdefault("checks", list(known_keys))
    return evidence


def _log(name: str, project: Project, findings: Collection[Finding], by: Actor) -> None:
    subjects = [
        (finding.pk, {"severity": finding.severity, "domain": finding.domain}) for finding in findings
    ]
    log_events(name, project, subjects, by=by)
