"""The end of a part: what failed becomes findings; with the last part the scan is over."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM, Actor
from events.log import log_event
from findings.models import Domain
from findings.services.ingestion import FindingReport, ingest
from krafter_audit.db import leases
from krafter_audit.http.timestamps import format_timestamp
from scanner import registry
from scanner.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED
from scans.models import Scan, Scanner, ScanPage, ScanPart, ScanResult
from scans.worker.persistence import progress
from scans.worker.regression_filter import compared

BROKE_OFF = "The look broke off; the other domains are complete."
WORDS = (PASSED, FAILED, INCONCLUSIVE, NOT_APPLICABLE)


@transaction.atomic
def close(part: ScanPart) -> bool:
    """Ingest what failed and end the part, the scan with its last one; False when the lease is lost."""
    # The scan's row first: of two parts that end at once, the second sees that the first has ended.
    scan = Scan.objects.select_for_update().get(pk=part.scan_id)
    scan.project = part.scan.project
    now = timezone.now()
    if not leases.write(part, finished_at=now, updated_at=now, lease_until=None):
        return False
    believed, suspected = compared(part, sightings(part))
    found = ingest(scan.project, believed, by=Actor("scanner", scan.requested_by_id))
    created = len(found.created)
    counts = {
        "findings_created": created,
        "findings_updated": len(set(found.ids)) - created,
        "regressions": len(found.regressed),
        "regressions_suspected": suspected,
    }
    scan.summary |= {name: scan.summary.get(name, 0) + count for name, count in counts.items()}
    if scan.parts.filter(finished_at__isnull=True).exists():
        Scan.objects.filter(pk=scan.pk).update(summary=scan.summary, updated_at=now)
    else:
        end(scan)
    return True


def end(scan: Scan) -> None:
    """Close the scan: failed where nothing could be looked at, which costs nothing."""
    summary = summed_up(scan)
    status = Scan.Status.FAILED if "error" in summary else Scan.Status.COMPLETED
    Scan.transitions.apply(scan, status, summary=summary, finished_at=timezone.now())
    findings = summary["findings_created"] + summary["findings_updated"]
    log_event(f"scan.{status.value}", scan, by=SYSTEM, findings=findings)
    if status == Scan.Status.FAILED:
        quota.refund(scan.project.organization_id, spent_at=scan.created_at)


def sightings(part: ScanPart) -> list[FindingReport]:
    """Return one sighting for each check that failed, with all the pages on which it did."""
    rows = ScanResult.objects.filter(page__part=part, outcome=FAILED).select_related("page")
    failures: dict[str, list[ScanResult]] = defaultdict(list)
    for row in rows.order_by("page__position", "id"):
        failures[row.key].append(row)
    return [_sighting(part, key, found) for key, found in failures.items() if registry.get(key)]


def _sighting(part: ScanPart, key: str, found: list[ScanResult]) -> FindingReport:
    known = registry.REGISTRY[key]
    template = registry.finding_template(known)
    values = [row.value for row in found if isinstance(row.value, int | float)]
    return FindingReport(
        domain=template["domain"],
        title=template["title"],
        first_severity=template["severity"],
        description=template["description"],
        recommended_fix=template["recommended_fix"],
        confidence=1,
        affected_assets=[{"type": "url", "value": row.page.url} for row in found],
        checks=[key],
        evidence={
            "scan_id": str(part.scan_id),
            "seen_at": format_timestamp(timezone.now()),
            "values": {key: known.metric.worst(values)} if known.metric and values else {},
            "pages": [{"url": row.page.url, "key": key, "outcome": _outcome(row)} for row in found],
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


def summed_up(scan: Scan) -> dict[str, Any]:
    """Return what a scan shows when it is over."""
    outcomes = {(key, word): rows for key, word, rows in _counted(scan)}
    summary: dict[str, Any] = {
        **scan.summary,
        "pages": _pages(scan).filter(checked_at__isnull=False).values("url").distinct().count(),
        "checks": len({key for key, _ in outcomes}),
        "domains": {domain: _of_domain(domain, outcomes) for domain in Domain.values},
        "progress": progress(scan.pk),
    }
    for broken in _pages(scan).exclude(failed_domains=[]).values_list("failed_domains", flat=True):
        for domain in broken:
            summary["domains"][domain]["error"] = BROKE_OFF
    summary["notes"] = _notes(scan)
    if not any(word in (PASSED, FAILED) for _, word in outcomes):
        summary["error"] = f"Nothing could be looked at. {_why_not(scan)}".strip()
    return summary


def _notes(scan: Scan) -> list[str]:
    """Return sentences about what was not looked at."""
    notes = []
    for scanner, label in Scanner.choices:
        pages = _pages(scan).filter(part__scanner=scanner)
        left = pages.filter(checked_at__isnull=True).count()
        if left:
            what = f"{left} of {pages.count()} pages were not looked at ({label.lower()})."
            notes.append(f"The time was over: {what}")
    missed = scan.results.filter(page__part__scanner=Scanner.BROWSER, reason="not_available")
    details = missed.values_list("evidence__detail").annotate(rows=Count("id")).order_by("-rows")
    notes += [f"{rows} looks of a browser were not possible: {detail}" for detail, rows in details[:2]]
    return notes


def _pages(scan: Scan) -> Any:
    return ScanPage.objects.filter(part__scan=scan)


def _counted(scan: Scan) -> Any:
    return scan.results.values_list("key", "outcome").annotate(Count("id")).order_by()


def _of_domain(domain: str, outcomes: dict[tuple[str, str], int]) -> dict[str, Any]:
    mine = set(registry.keys(domain))  # type: ignore[arg-type]  # the same four words
    return {
        word: sum(rows for (key, said), rows in outcomes.items() if said == word and key in mine)
        for word in WORDS
    }


def _why_not(scan: Scan) -> str:
    stuck = scan.results.filter(outcome=INCONCLUSIVE).order_by("id")
    return stuck.values_list("evidence__detail", flat=True).first() or ""
