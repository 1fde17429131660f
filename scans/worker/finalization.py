"""Ingest the failed checks of a part as findings while it runs, and finish parts and scans."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM, Actor
from events.log import log_event
from findings.models import Domain
from findings.services.evidence_limits import MAX_EVIDENCE_BYTES, size_of
from findings.services.identity import source_key_of_check
from findings.services.ingestion import FindingReport, IngestionResult, ingest
from krafter_audit.db import leases
from krafter_audit.http.timestamps import format_timestamp
from krafter_audit.http.urls import MAX_STORED_LENGTH
from krafter_audit.jobs.isolation import isolated
from scanner import lab_builds, registry
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED
from scans.models import BROWSER_SCANNERS, OUTCOMES, Scan, Scanner, ScanPage, ScanPart, ScanResult
from scans.worker import lab, shared_facts, substitutes
from scans.worker.page_checks import CheckSelection
from scans.worker.page_leases import LEASE_SECONDS, MAX_ATTEMPTS
from scans.worker.persistence import (
    CREATED,
    REGRESSED,
    SUSPECTED,
    UPDATED,
    summary_of_parts,
)
from scans.worker.rechecks import request_rechecks
from scans.worker.regression_filter import check_key, filter_reports

DOMAIN_FAILED = "The checks of this domain stopped with an error. The other domains are complete."
INGEST_INTERVAL = timedelta(seconds=3)  # a finding appears soon, without an ingestion for each page
PROJECT_ARCHIVED = "The project was archived while the scan ran: failed checks did not become findings."
BATCH_SIZE = 100
TIME_LIMIT_REACHED = "the time limit was reached."
ATTEMPTS_INTERRUPTED = "each attempt was interrupted, or ended with an error."
TOO_MANY_ATTEMPTS = "The scan was tried several times, and stopped with an error each time."
EVIDENCE_TRUNCATED = "Truncated, since the evidence of all pages is too large: see the results of the scan."


def continue_part(part_id: UUID) -> None:
    """Continue after a page was stored: finish the part, or ingest its new failures if it is time."""
    pending = Exists(ScanPage.objects.filter(part=OuterRef("pk"), pending=True))
    rows = ScanPart.objects.filter(pk=part_id, finished_at__isnull=True)
    for has_pending, ingested_at in rows.annotate(has_pending=pending).values_list(
        "has_pending", "ingested_at"
    ):
        if not has_pending:
            finish_part(part_id)
        elif ingested_at is None or ingested_at < timezone.now() - INGEST_INTERVAL:
            ingest_new_failures(part_id)


@transaction.atomic
def ingest_new_failures(part_id: UUID) -> bool:
    """Ingest the new failures of a running part, unless another worker does or has just done so."""
    due = Q(ingested_at__isnull=True) | Q(ingested_at__lt=timezone.now() - INGEST_INTERVAL)
    part = _lock_part(ScanPart.objects.filter(due, pk=part_id, finished_at__isnull=True), skip_locked=True)
    if part is None:
        return False
    _ingest(part, is_final=False)
    return True


@transaction.atomic
def finish_part(part_id: UUID) -> bool:
    """Finish a part without pending pages, and with the last part the scan."""
    part = _lock_part(ScanPart.objects.filter(pk=part_id, finished_at__isnull=True))
    if part is None or part.pages.filter(pending=True).exists():
        return False
    substitutes.withdraw_results(part)
    # Pages with contradicted results have become pending again.
    if request_rechecks(part):
        return False
    _ingest(part, is_final=True)
    part.finished_at = timezone.now()
    part.save(update_fields=["finished_at", "updated_at"])
    if part.scanner == Scanner.BROWSER and CheckSelection.for_scan(part.scan, Scanner.LAB).keys:
        lab.create_part(part)
    # If two parts finish at the same time, the one that locks the scan last finishes it.
    scan = Scan.objects.select_for_update().get(pk=part.scan_id)
    scan.project = part.scan.project
    if not scan.parts.filter(finished_at__isnull=True).exists():
        _finish_scan(scan, summarize(scan))
    return True


def finish_parts_without_pages() -> None:
    """Finish the parts whose last page is done, but whose worker was killed before it finished the part."""
    pending = Exists(ScanPage.objects.filter(part=OuterRef("pk"), pending=True))
    # In random order: parts that fail each time must not fill every batch.
    parts = ScanPart.objects.filter(
        leases.unleased(), ~pending, finished_at__isnull=True, scan__discovered_at__isnull=False
    ).order_by("?")
    for pk in parts.values_list("pk", flat=True)[:BATCH_SIZE]:
        # An error stops no other part; the part is finished later, when its lease has expired.
        with isolated("end of part", pk):
            _finish_leased(pk)


def _finish_leased(part_id: UUID) -> None:
    part = leases.acquire(ScanPart, part_id, seconds=LEASE_SECONDS, finished_at__isnull=True)
    if part is None:
        return
    if part.attempts > MAX_ATTEMPTS:
        give_up(part.scan_id)
    else:
        finish_part(part_id)
    leases.write(part, lease_until=None, attempts=0)


def _lock_part(parts: QuerySet[ScanPart], *, skip_locked: bool = False) -> ScanPart | None:
    rows = parts.select_related("scan__project").select_for_update(of=("self",), skip_locked=skip_locked)
    return rows.first()


def _ingest(part: ScanPart, *, is_final: bool) -> None:
    failures = substitutes.reportable_results(part, is_final=is_final).filter(outcome=FAILED)
    pages = dict(failures.values_list("key").annotate(Count("id")))
    # While the part runs, only checks that have failed on further pages are reported.
    keys = {
        key for key, count in pages.items() if is_final or part.reported.get(key, {}).get("pages") != count
    }
    if part.scan.project.archived_at:
        keys = set()  # an archived project is read-only
    filtered = filter_reports(part, finding_reports(part, keys, is_final=is_final), is_final=is_final)
    by = Actor("scanner", part.scan.requested_by_id)
    reports = [_within_limit(report) for report in filtered.accepted]
    ingested = ingest(part.scan.project, reports, by=by, reported_before=filtered.reported_before)
    for report, finding in zip(filtered.accepted, ingested.findings, strict=True):
        if report.identity not in filtered.reported_before:
            part.reported[check_key(report)] = {"change": _change_of_finding(finding.pk, ingested)}
    part.reported |= {key: {"change": SUSPECTED} for key in filtered.suspected}
    for key in keys & part.reported.keys():
        part.reported[key]["pages"] = pages[key]
    part.ingested_at = timezone.now()
    part.save(update_fields=["reported", "ingested_at", "updated_at"])


def _change_of_finding(finding_id: UUID, ingested: IngestionResult) -> str:
    if finding_id in ingested.created:
        return CREATED
    return REGRESSED if finding_id in ingested.regressed else UPDATED


@transaction.atomic
def give_up(scan_id: UUID) -> None:
    """Set a scan to failed, with a refund, after each attempt has ended with an error."""
    # In the order of `finish_part`: a part before its scan.
    list(ScanPart.objects.select_for_update().filter(scan=scan_id).order_by("pk"))
    scan = Scan.objects.select_related("project").select_for_update(of=("self",)).get(pk=scan_id)
    if scan.finished_at:
        return
    ScanPage.objects.filter(part__scan=scan, pending=True).update(pending=False)
    scan.parts.filter(finished_at__isnull=True).update(finished_at=timezone.now(), updated_at=timezone.now())
    _finish_scan(scan, {**scan.summary, **summary_of_parts(scan_id), "error": TOO_MANY_ATTEMPTS})


def _finish_scan(scan: Scan, summary: dict[str, Any]) -> None:
    status = Scan.Status.FAILED if "error" in summary else Scan.Status.COMPLETED
    Scan.transitions.apply(scan, status, summary=summary, finished_at=timezone.now())
    findings = summary.get("findings_created", 0) + summary.get("findings_updated", 0)
    log_event(f"scan.{status.value}", scan, by=SYSTEM, findings=findings)
    # Redis has no part in the transaction: after a rollback the facts are needed again.
    transaction.on_commit(partial(shared_facts.delete_shared, scan.pk))
    if status == Scan.Status.FAILED:
        quota.refund(scan.project.organization_id, spent_at=scan.created_at)


def finding_reports(part: ScanPart, keys: Collection[str], *, is_final: bool) -> list[FindingReport]:
    """Return a report of each of these checks that failed, with all pages on which it failed."""
    results = substitutes.reportable_results(part, is_final=is_final).filter(outcome=FAILED, key__in=keys)
    rows = results.select_related("page")
    failures: dict[str, list[ScanResult]] = defaultdict(list)
    for row in rows.order_by("page__position", "id"):
        failures[row.key].append(row)
    return [_report(part, key, results) for key, results in failures.items() if registry.get(key)]


def _report(part: ScanPart, key: str, results: list[ScanResult]) -> FindingReport:
    check = registry.REGISTRY[key]
    # The finding has the worst value of its pages.
    values = [row.value for row in results if isinstance(row.value, int | float)]
    return FindingReport(
        domain=check.domain,
        title=check.title,
        first_severity=check.severity,
        description=check.why,
        recommended_fix=check.fix.as_recommended_fix(),
        confidence=1,
        affected_assets=[{"type": "url", "value": row.page.url} for row in results],
        checks=[key],
        source_key=source_key_of_check(key),
        scan_id=part.scan_id,
        evidence={
            "scan_id": str(part.scan_id),
            "seen_at": format_timestamp(timezone.now()),
            "values": {key: check.metric.worst(values)} if check.metric and values else {},
            "pages": [{"url": row.page.url, "key": key, "outcome": _outcome(row)} for row in results],
        },
    )


def _outcome(row: ScanResult) -> dict[str, Any]:
    return {
        "status": row.outcome,
        "value": row.value,
        "reason": row.reason or None,
        "evidence": row.evidence,
        "samples": row.samples,
    }


def _within_limit(report: FindingReport) -> FindingReport:
    # The first pages keep all their evidence, as many as there is space for; the others only their outcomes.
    evidence = report.evidence or {}
    pages = [(page, _without_details(page)) for page in evidence["pages"]]
    left = MAX_EVIDENCE_BYTES - size_of({**evidence, "pages": [outcome for _, outcome in pages]})
    kept = []
    for page, outcome in pages:
        needed = size_of(page) - size_of(outcome)
        kept.append(page if needed <= left else outcome)
        left -= needed if needed <= left else 0
    return replace(report, evidence={**evidence, "pages": kept})


def _without_details(page: Mapping[str, Any]) -> dict[str, Any]:
    outcome = page.get("outcome")
    known = outcome if isinstance(outcome, Mapping) else {}
    value = known.get("value")
    return {
        "url": str(page.get("url"))[:MAX_STORED_LENGTH],
        "key": str(page.get("key"))[:100],
        "outcome": {
            "status": str(known.get("status"))[:20],
            "value": value if isinstance(value, int | float) else None,
            "reason": None,
            "evidence": {"detail": EVIDENCE_TRUNCATED},
            "samples": [],
        },
    }


def summarize(scan: Scan) -> dict[str, Any]:
    """Return the summary of a scan whose parts are all finished."""
    counted = scan.results.values_list("key", "outcome").annotate(Count("id"))
    counts = {(key, outcome): rows for key, outcome, rows in counted}
    pages = ScanPage.objects.filter(part__scan=scan)
    summary: dict[str, Any] = {
        **scan.summary,
        **summary_of_parts(scan.pk),
        "pages": pages.filter(checked_at__isnull=False).values("url").distinct().count(),
        "checks": len({key for key, _ in counts}),
        "domains": {domain: _domain_counts(domain, counts) for domain in Domain.values},
    }
    for failed_domains in pages.exclude(failed_domains=[]).values_list("failed_domains", flat=True):
        for domain in failed_domains:
            summary["domains"][domain]["error"] = DOMAIN_FAILED
    summary["notes"] = _notes(scan)
    if not any(outcome in (PASSED, FAILED) for _, outcome in counts):
        summary["error"] = f"No check had a result. {_first_detail(scan)}".strip()
    return summary


def _notes(scan: Scan) -> list[str]:
    notes = [PROJECT_ARCHIVED] if scan.project.archived_at else []
    for scanner, label in Scanner.choices:
        pages = ScanPage.objects.filter(part__scan=scan, part__scanner=scanner)
        unchecked = pages.filter(checked_at__isnull=True)
        for rows, reason in (
            (unchecked.filter(attempts=0), TIME_LIMIT_REACHED),
            (unchecked.filter(attempts__gt=0), ATTEMPTS_INTERRUPTED),
        ):
            if number := rows.count():
                notes.append(f"{number} of {pages.count()} pages were not checked ({label}): {reason}")
    notes += filter(None, (_pages_without_result_note(scan), substitutes.replaced_pages_note(scan.pk)))
    elsewhere = scan.results.filter(reason=lab_builds.MEASURED_ELSEWHERE).count()
    if elsewhere:
        notes.append(f"{elsewhere} lab metrics: measured on a page with the same resources and structure.")
    missed = scan.results.filter(page__part__scanner__in=BROWSER_SCANNERS, reason="not_available")
    details = missed.values_list("evidence__detail").annotate(rows=Count("id")).order_by("-rows")
    return notes + [f"{rows} browser checks could not run: {detail}" for detail, rows in details[:2]]


def _pages_without_result_note(scan: Scan) -> str:
    """Return the note about pages that have no result, as in an outage; empty if each page has results."""
    pages = ScanPage.objects.filter(part__scan=scan, part__scanner=Scanner.HTTP)
    has_result = Q(outcome__in=(PASSED, FAILED)) | Q(reason=lab_builds.MEASURED_ELSEWHERE)
    judged = ScanResult.objects.filter(has_result, page=OuterRef("pk"))
    without = pages.filter(~Exists(judged), checked_at__isnull=False, substitute={})
    results = scan.results.filter(page__in=without).values_list("evidence__detail")
    for detail, _ in results.annotate(rows=Count("id")).order_by("-rows")[:1]:
        return f"{without.count()} of {pages.count()} pages have no result (HTTP): {detail}"
    return ""


def _domain_counts(domain: str, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    keys = set(registry.keys(domain))  # type: ignore[arg-type]  # the same four words
    return {outcome: sum(counts.get((key, outcome), 0) for key in keys) for outcome in OUTCOMES}


def _first_detail(scan: Scan) -> str:
    results = scan.results.filter(outcome=INCONCLUSIVE).order_by("id")
    return results.values_list("evidence__detail", flat=True).first() or ""
