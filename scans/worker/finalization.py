"""Finish a part of a scan: report its failed checks as findings, and finish the scan with its last part."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM, Actor
from events.log import log_event
from findings.models import Domain
from findings.services.identity import check_key
from findings.services.ingestion import FindingReport, ingest
from krafter_audit.db import leases
from krafter_audit.http.timestamps import format_timestamp
from scanner import registry
from scanner.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED
from scans.models import Scan, Scanner, ScanPage, ScanPart, ScanResult
from scans.worker.persistence import progress
from scans.worker.regression_filter import filter_reports

DOMAIN_FAILED = "The checks of this domain stopped with an error. The other domains are complete."
OUTCOMES = (PASSED, FAILED, INCONCLUSIVE, NOT_APPLICABLE)


@transaction.atomic
def finish_part(part: ScanPart) -> bool:
    """Ingest the failed checks and finish the part, and with the last part the scan; False if the lease is lost."""
    # Lock the scan first: of two parts that finish at the same time, the second one finishes the scan.
    scan = Scan.objects.select_for_update().get(pk=part.scan_id)
    scan.project = part.scan.project
    now = timezone.now()
    if not leases.write(part, finished_at=now, updated_at=now, lease_until=None):
        return False
    accepted, suspected = filter_reports(part, finding_reports(part))
    ingested = ingest(scan.project, accepted, by=Actor("scanner", scan.requested_by_id))
    created = len(ingested.created)
    counts = {
        "findings_created": created,
        "findings_updated": len(set(ingested.ids)) - created,
        "regressions": len(ingested.regressed),
        "regressions_suspected": suspected,
    }
    scan.summary |= {name: scan.summary.get(name, 0) + count for name, count in counts.items()}
    if scan.parts.filter(finished_at__isnull=True).exists():
        scan.save(update_fields=["summary", "updated_at"])
    else:
        finish_scan(scan)
    return True


def finish_scan(scan: Scan) -> None:
    """Set the scan to completed; to failed, with a refund, if no check had a result."""
    summary = summarize(scan)
    status = Scan.Status.FAILED if "error" in summary else Scan.Status.COMPLETED
    Scan.transitions.apply(scan, status, summary=summary, finished_at=timezone.now())
    findings = summary["findings_created"] + summary["findings_updated"]
    log_event(f"scan.{status.value}", scan, by=SYSTEM, findings=findings)
    if status == Scan.Status.FAILED:
        quota.refund(scan.project.organization_id, spent_at=scan.created_at)


def finding_reports(part: ScanPart) -> list[FindingReport]:
    """Return a report of each check that failed, with all pages on which it failed."""
    rows = ScanResult.objects.filter(page__part=part, outcome=FAILED).select_related("page")
    failures: dict[str, list[ScanResult]] = defaultdict(list)
    for row in rows.order_by("page__position", "id"):
        failures[row.key].append(row)
    return [_report(part, key, results) for key, results in failures.items() if registry.get(key)]


def _report(part: ScanPart, key: str, results: list[ScanResult]) -> FindingReport:
    check = registry.REGISTRY[key]
    template = registry.finding_template(check)
    values = [row.value for row in results if isinstance(row.value, int | float)]
    return FindingReport(
        domain=template["domain"],
        title=template["title"],
        first_severity=template["severity"],
        description=template["description"],
        recommended_fix=template["recommended_fix"],
        confidence=1,
        affected_assets=[{"type": "url", "value": row.page.url} for row in results],
        checks=[key],
        source_key=check_key(key),
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


def summarize(scan: Scan) -> dict[str, Any]:
    """Return the summary of a scan whose parts are all finished."""
    counted = scan.results.values_list("key", "outcome").annotate(Count("id")).order_by()
    counts = {(key, outcome): rows for key, outcome, rows in counted}
    pages = ScanPage.objects.filter(part__scan=scan)
    summary: dict[str, Any] = {
        **scan.summary,
        "pages": pages.filter(checked_at__isnull=False).values("url").distinct().count(),
        "checks": len({key for key, _ in counts}),
        "domains": {domain: _domain_counts(domain, counts) for domain in Domain.values},
        "progress": progress(scan.pk),
    }
    for failed_domains in pages.exclude(failed_domains=[]).values_list("failed_domains", flat=True):
        for domain in failed_domains:
            summary["domains"][domain]["error"] = DOMAIN_FAILED
    summary["notes"] = _notes(scan)
    if not any(outcome in (PASSED, FAILED) for _, outcome in counts):
        summary["error"] = f"No check had a result. {_first_detail(scan)}".strip()
    return summary


def _notes(scan: Scan) -> list[str]:
    """Return sentences about what was not checked."""
    notes = []
    for scanner, label in Scanner.choices:
        pages = ScanPage.objects.filter(part__scan=scan, part__scanner=scanner)
        unchecked = pages.filter(checked_at__isnull=True).count()
        if unchecked:
            notes.append(
                f"{unchecked} of {pages.count()} pages were not checked ({label.lower()}): the time limit was reached."
            )
    missed = scan.results.filter(page__part__scanner=Scanner.BROWSER, reason="not_available")
    details = missed.values_list("evidence__detail").annotate(rows=Count("id")).order_by("-rows")
    return notes + [f"{rows} browser checks could not run: {detail}" for detail, rows in details[:2]]


def _domain_counts(domain: str, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    keys = set(registry.keys(domain))  # type: ignore[arg-type]  # the same four words
    return {
        outcome: sum(rows for (key, each), rows in counts.items() if each == outcome and key in keys)
        for outcome in OUTCOMES
    }


def _first_detail(scan: Scan) -> str:
    results = scan.results.filter(outcome=INCONCLUSIVE).order_by("id")
    return results.values_list("evidence__detail", flat=True).first() or ""
