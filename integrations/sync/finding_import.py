"""Import a provider's findings, and resolve there those whose fix was approved here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from findings.models import Domain, Finding, FindingStatus
from findings.priority import TRAFFIC_WEIGHT
from findings.services.evidence_limits import TRUNCATED, truncate
from findings.services.identity import provider_key
from findings.services.ingestion import FindingReport, ingest, report_unchanged
from integrations.providers.errors import ProviderRefused
from integrations.providers.findings import FindingSource
from integrations.providers.types import FindingList, RemoteFinding
from integrations.sync.context import BY_INTEGRATION, SyncContext, note_if_refused
from remediation.models import Verification

# As in reports of clients.
MAX_TITLE_LENGTH, MAX_DESCRIPTION_LENGTH, MAX_ASSET_LENGTH = 300, 20_000, 2000
RESOLVED_AT_PROVIDER = "resolved_at_provider"
MAX_RESOLVED = 200  # a run; each costs a request or two


def import_findings(context: SyncContext, source: FindingSource) -> None:
    """Import every list of findings; a list that is not available becomes a note in the log."""
    # Not imported in this run: the vendor's list may still show them as open, which would reopen them here.
    resolved = resolve_approved(context, source)
    for listed in source.finding_lists():
        with note_if_refused(context, listed.name):
            _import(context, source.server, listed, resolved)


def resolve_approved(context: SyncContext, source: FindingSource) -> set[str]:
    """Resolve each approved finding at the provider once; return the ids that were due."""
    if not source.resolvable_prefix:
        return set()
    approved = _approved(context, source).order_by("-updated_at")
    rows = approved.values_list("pk", "evidence__source", "updated_at", "identity")
    # Anybody can report evidence that names another finding of the provider; only the import sets the identity.
    due = [row[:3] for row in rows if row[3] == provider_key(source.server, row[1])]
    for pk, external_id, updated_at in due[:MAX_RESOLVED]:
        context.checkpoint()
        try:
            source.resolve(external_id)
        except ProviderRefused as error:
            context.log_refusal(external_id, str(error))
            continue
        context.sync_run.pushed += 1
        _mark_resolved(pk, updated_at)
    return {external_id for _, external_id, _ in due}


def _approved(context: SyncContext, source: FindingSource) -> QuerySet[Finding]:
    return Finding.objects.filter(
        project=context.integration.project,
        status=FindingStatus.RESOLVED,
        evidence__server=source.server,
        evidence__source__startswith=source.resolvable_prefix,
    ).exclude(evidence__has_key=RESOLVED_AT_PROVIDER)


def _mark_resolved(pk: UUID, updated_at: datetime) -> None:
    # Noted in the evidence, which the next import replaces: after a regression its new fix is resolved again.
    # Compared by `updated_at`, so that a change since then is not overwritten.
    now = timezone.now()
    for finding in Finding.objects.filter(pk=pk, updated_at=updated_at, status=FindingStatus.RESOLVED):
        evidence = {**finding.evidence, RESOLVED_AT_PROVIDER: now.isoformat()}
        Finding.objects.filter(pk=pk, updated_at=updated_at).update(evidence=evidence, updated_at=now)


def _import(context: SyncContext, server: str, listed: FindingList, excluded: Collection[str]) -> None:
    context.checkpoint()
    requested_at = timezone.now()
    for page in listed.pages():
        skipped = {*excluded, *_observed_before_fix(context, server, page)}
        remaining = [finding for finding in page if finding.external_id not in skipped]
        changed, unchanged = _changed(context, server, remaining, requested_at)
        if changed:
            ingest(context.integration.project, changed, by=BY_INTEGRATION)
        _report_unchanged(unchanged)
        context.sync_run.pulled += len(changed)
        context.checkpoint()
        requested_at = timezone.now()


def _report_unchanged(seen: Mapping[UUID, datetime]) -> None:
    # Only findings whose verification is undecided: the others would be written at every sync.
    undecided = Verification.objects.filter(task__finding__in=list(seen)).undecided().without_guards()
    waiting = set(undecided.values_list("task__finding_id", flat=True))
    if waiting:
        report_unchanged({pk: at for pk, at in seen.items() if pk in waiting})


def _observed_before_fix(context: SyncContext, server: str, page: Sequence[RemoteFinding]) -> set[str]:
    # A vendor may report a problem from before the verification (Google: at its last crawl): that is no regression.
    observed = {finding.external_id: finding.observed_at for finding in page if finding.observed_at}
    if not observed:
        return set()
    resolved = Finding.objects.filter(
        project=context.integration.project,
        status=FindingStatus.RESOLVED,
        evidence__server=server,
        evidence__source__in=list(observed),
    )
    fixed = resolved.values_list("evidence__source", Coalesce("fixed_at", "updated_at"))
    return {external_id for external_id, at in fixed if observed[external_id] <= at}


def _changed(
    context: SyncContext, server: str, page: Sequence[RemoteFinding], requested_at: datetime
) -> tuple[list[FindingReport], dict[UUID, datetime]]:
    """Return the reports to ingest, and when the vendor last observed the unchanged findings."""
    # Unchanged findings are not ingested, so that a severity set by a person is not overwritten at every sync.
    reports = [to_report(finding, server) for finding in page]
    rows = Finding.objects.filter(
        project=context.integration.project,
        domain__in=Domain.values,
        identity__in=[report.source_key for report in reports],
    )
    for report in reports:
        if truncated := (report.evidence or {}).get(TRUNCATED):
            context.log_note(f"The evidence of {report.title} was truncated: {', '.join(truncated)}.")
    known = {key: row for key, *row in rows.values_list("identity", "pk", "domain", "status", "evidence")}
    changed, unchanged = [], {}
    for report in reports:
        # A vendor may report a finding in another domain later; it stays where it is.
        pk, domain, status, evidence = known.get(report.source_key, (None, report.domain, None, {}))
        imported = {name: value for name, value in evidence.items() if name != TRAFFIC_WEIGHT}
        if pk is None or status == FindingStatus.RESOLVED or imported != report.evidence:
            changed.append(replace(report, domain=domain))
        else:
            unchanged[pk] = report.observed_at or requested_at
    return changed, unchanged


def to_report(finding: RemoteFinding, server: str) -> FindingReport:
    """Convert a provider's finding for the ingestion, with its server, id and URL as evidence."""
    evidence = {
        "server": server,
        "source": finding.external_id,
        "url": finding.url,
        "severity": finding.severity,
        **finding.evidence,
    }
    return FindingReport(
        domain=finding.domain,
        title=finding.title[:MAX_TITLE_LENGTH],
        severity=finding.severity,
        description=finding.description[:MAX_DESCRIPTION_LENGTH],
        affected_assets=[{"type": kind, "value": value[:MAX_ASSET_LENGTH]} for kind, value in finding.assets],
        evidence=truncate(evidence),
        recommended_fix=dict(finding.fix) if finding.fix else None,
        source_key=provider_key(server, finding.external_id),
        observed_at=finding.occurred_at or finding.observed_at,
    )
