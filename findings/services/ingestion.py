"""Findings come in: from a scan, a provider or a person. The same domain and title is the same finding."""

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
from findings.weight import WEIGHT, carried
from krafter_audit.db.advisory_locks import wait_for_turn

BATCH_SIZE = 100  # findings in memory at once
Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FindingReport:
    """A finding as a source tells it. None = the source says nothing about it.

    `first_severity` is for a finding that is new: unlike `severity` it does not undo a person's triage later.
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
        """What makes two sightings one finding."""
        return (self.domain, self.title)


@dataclass
class IngestionResult:
    """What became of a batch: the finding of each sighting, which of them are new, and which had been resolved."""

    ids: list[UUID]
    created: set[UUID] = field(default_factory=set)
    regressed: set[UUID] = field(default_factory=set)


@transaction.atomic
def ingest(project: Project, sightings: Sequence[FindingReport], *, by: Actor) -> IngestionResult:
    """Create or update one finding for each sighting, set-based: each few hundred cost the same few statements.

    A resolved finding that is seen again goes back to `in_progress` with an open regression; a dismissed one stays.
    """
    batch = {sighting.identity: sighting for sighting in sightings}
    if len(batch) > 1:
        # Batches that overlap would wait for each other's new rows while they hold known ones: no order of locks
        # prevents that, so a project's batches come in one at a time.
        wait_for_turn(f"ingest:{project.pk}")
    outcome, ids = IngestionResult([]), dict[Identity, UUID]()
    for findings in _reported(project, batch, outcome, by):
        ids |= {(finding.domain, finding.title): finding.pk for finding in findings}
    outcome.ids = [ids[sighting.identity] for sighting in sightings]
    return outcome


@transaction.atomic
def ingest_one(project: Project, sighting: FindingReport, *, by: Actor) -> tuple[Finding, bool]:
    """Create or update the finding of one sighting; return it and whether it is new."""
    outcome = IngestionResult([])
    [[finding]] = [made for made in _reported(project, {sighting.identity: sighting}, outcome, by) if made]
    return finding, bool(outcome.created)


def _reported(
    project: Project, batch: Mapping[Identity, FindingReport], outcome: IngestionResult, by: Actor
) -> Iterator[list[Finding]]:
    """Write a batch, and yield its findings, some at a time: a thousand with all that they say are megabytes."""
    now, severities = timezone.now(), policy_rules.severity_rules(policy_rules.config_of(project))
    known = _lock(project, batch)
    fresh, late = sorted(set(batch) - set(known)), []
    for some in batched(fresh, BATCH_SIZE):
        made = [_new(project, batch[identity], severities, now) for identity in some]
        Finding.objects.bulk_create(made, ignore_conflicts=True)
        written = set(
            Finding.objects.filter(pk__in=[finding.pk for finding in made]).values_list("pk", flat=True)
        )
        late += [(finding.domain, finding.title) for finding in made if finding.pk not in written]
        made = [finding for finding in made if finding.pk in written]
        outcome.created |= written
        _record("finding.created", project, made, by)
        yield made
    known |= _lock(project, late)  # somebody else created these in between: they are updated like the others
    for some_known in batched(known.values(), BATCH_SIZE):
        findings = list(Finding.objects.filter(pk__in=some_known))
        outcome.regressed |= _update(findings, batch, now, by)
        _record("finding.seen_again", project, findings, by)
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


def _new(project: Project, seen: FindingReport, severities: Mapping[str, str], now: datetime) -> Finding:
    severity = seen.severity or seen.first_severity or severities.get(seen.domain) or Severity.MEDIUM
    urgency = priority.complete(severity, **seen.priority)
    return Finding(
        project=project,
        domain=seen.domain,
        title=seen.title,
        severity=severity,
        description=seen.description or "",
        confidence=1 if seen.confidence is None else seen.confidence,
        impact=urgency.impact,
        effort=urgency.effort,
        risk=urgency.risk,
        score=urgency.score,
        owner_id=seen.owner_id,
        affected_assets=seen.affected_assets or [],
        evidence=_evidence(seen, {}),
        recommended_fix=seen.recommended_fix or {"summary": "", "steps": [], "references": []},
        check_keys=_keys(seen) or [],
        created_at=now,
        updated_at=now,
        last_seen_at=now,
    )


# What seeing a finding again may change; a status changes by its transitions.
UPDATED = [
    "severity", "description", "confidence", "impact", "effort", "risk", "score", "owner", "affected_assets",
    "evidence", "recommended_fix", "check_keys", "last_seen_at", "updated_at",
]  # fmt: skip


def _update(
    findings: Sequence[Finding], batch: Mapping[Identity, FindingReport], now: datetime, by: Actor
) -> set[UUID]:
    for finding in findings:
        _apply(finding, batch[finding.domain, finding.title], now)
    # An upsert of rows that are known and locked: bulk_update's CASE for every value takes many times as long.
    Finding.objects.bulk_create(findings, update_conflicts=True, unique_fields=["id"], update_fields=UPDATED)
    back = [finding for finding in findings if finding.status == FindingStatus.RESOLVED]
    if back:
        Finding.transitions.apply_all(back, FindingStatus.IN_PROGRESS)
        _regress(back, now, by)
    return {finding.pk for finding in back}


def _apply(finding: Finding, seen: FindingReport, now: datetime) -> None:
    if seen.severity:
        finding.severity = seen.severity
    kept = {name: value for name, value in finding.evidence.items() if name == WEIGHT}
    if seen.priority or seen.severity:
        urgency, kept = carried(priority.complete(finding.severity, **seen.priority), finding.evidence)
        finding.impact, finding.effort = urgency.impact, urgency.effort
        finding.risk, finding.score = urgency.risk, urgency.score
    for name in ("description", "confidence", "owner_id", "affected_assets", "recommended_fix"):
        value = getattr(seen, name)
        if value is not None:
            setattr(finding, name, value)
    finding.evidence = _evidence(seen, finding.evidence) | kept
    keys = _keys(seen)
    finding.check_keys = finding.check_keys if keys is None else keys
    finding.last_seen_at = finding.updated_at = now


def _regress(findings: list[Finding], now: datetime, by: Actor) -> None:
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


def _keys(seen: FindingReport) -> list[str] | None:
    if seen.checks is not None:
        return list(dict.fromkeys(seen.checks))
    named = (seen.evidence or {}).get("checks")
    if not isinstance(named, list) or len(named) > MAX_CHECKS:
        return None
    readable = all(isinstance(key, str) and CHECK_KEY.match(key) for key in named)
    return list(dict.fromkeys(named)) if readable else None


def _evidence(seen: FindingReport, before: dict[str, Any]) -> dict[str, Any]:
    evidence = dict(before if seen.evidence is None else seen.evidence)
    keys = _keys(seen)
    if keys is not None:
        evidence["checks"] = keys
    return evidence


def _record(name: str, project: Project, findings: Iterable[Finding], by: Actor) -> None:
    subjects: list[tuple[UUID, dict[str, Any]]] = [
        (finding.pk, {"severity": finding.severity, "domain": finding.domain}) for finding in findings
    ]
    log_events(name, project, subjects, by=by)
