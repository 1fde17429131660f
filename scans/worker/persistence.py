"""Save the pages of a running scan and their results. Only the worker with the lease of the part may write."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

import krafter_audit
from krafter_audit.db import leases
from scanner import registry
from scanner.outcome import FAILED, INCONCLUSIVE, Outcome
from scans.models import Scan, Scanner, ScanPage, ScanPart, ScanResult
from scans.worker.page_checks import CheckResult, PageResults

MAX_EVIDENCE_LENGTH = 8_000  # characters of JSON for each check of each page
MAX_PASSED_EVIDENCE_LENGTH = 2_000  # where the check passed or does not apply


@transaction.atomic
def save_pages(
    part: ScanPart, pages: Sequence[ScanPage], *, page_delay: float, needs_browser: bool = False
) -> bool:
    """Save the pages to check; False, without a change, if the lease is lost.

    With `needs_browser`, create a browser part with the same pages.
    """
    if not leases.write(part, attempts=0, page_delay=page_delay):
        return False
    part.page_delay = page_delay
    ScanPage.objects.bulk_create([*pages, *(_browser_pages(part, pages) if needs_browser else ())])
    update_progress(part.scan_id)
    return True


def _browser_pages(part: ScanPart, pages: Sequence[ScanPage]) -> list[ScanPage]:
    browser_part = ScanPart.objects.create(
        scan_id=part.scan_id, scanner=Scanner.BROWSER, page_delay=part.page_delay
    )
    return [
        ScanPage(part=browser_part, position=page.position, url=page.url, route=page.route, note=page.note)
        for page in pages
    ]


@transaction.atomic
def save_results(part: ScanPart, page: ScanPage, results: PageResults) -> bool:
    """Save the results of a page; False, without a change, if the lease is lost."""
    if not leases.write(part, attempts=0):
        return False
    page.checked_at = timezone.now()
    page.failed_domains = sorted(results.failed_domains)
    page.duration_ms = round(results.duration_ms, 1)
    page.save(update_fields=["checked_at", "failed_domains", "duration_ms", "updated_at"])
    ScanResult.objects.bulk_create(_row(part, page, result) for result in results.results)
    update_progress(part.scan_id)
    return True


def update_progress(scan_id: UUID) -> None:
    """Save the progress in the scan's summary. The scan is locked, since two parts may do so at the same time."""
    scan = Scan.objects.select_for_update().only("summary").get(pk=scan_id)
    scan.summary["progress"] = progress(scan_id)
    scan.save(update_fields=["summary", "updated_at"])


def progress(scan_id: UUID) -> dict[str, dict[str, int]]:
    """Return how many pages each scanner has, and how many of them it has checked."""
    parts = ScanPart.objects.filter(scan=scan_id).values_list("scanner")
    counted = parts.annotate(Count("pages"), Count("pages__checked_at")).order_by()
    return {scanner: {"pages_found": found, "pages_done": done} for scanner, found, done in counted}


def _row(part: ScanPart, page: ScanPage, result: CheckResult) -> ScanResult:
    check, outcome = registry.REGISTRY[result.key], result.outcome
    threshold = outcome.evidence.get("threshold")
    return ScanResult(
        scan_id=part.scan_id,
        page=page,
        key=result.key,
        version=check.version,
        outcome=outcome.status,
        reason=outcome.reason or "",
        value=outcome.value,
        samples=outcome.samples,
        unit=check.metric.unit if check.metric else "",
        threshold=threshold if isinstance(threshold, int | float) else None,
        evidence=_evidence(outcome, page.note),
        tools=outcome.evidence.get("tools") or {"krafter": krafter_audit.__version__},
        profile=_profile(outcome.evidence.get("profile")),
        duration_ms=round(result.duration_ms, 1),
        seen_at=timezone.now(),
    )


def _profile(profile: Any) -> str:
    """Return the name of the device profile, such as `mobile`; empty for HTTP checks."""
    return str(profile.get("name", ""))[:20] if isinstance(profile, dict) else ""


def _evidence(outcome: Outcome, note: str) -> dict[str, Any]:
    """Return the evidence with the page's note, its longest values truncated: there are thousands of rows per scan."""
    evidence = outcome.evidence | ({"note": note} if note else {})
    needs_detail = outcome.status in (FAILED, INCONCLUSIVE)
    max_length = MAX_EVIDENCE_LENGTH if needs_detail else MAX_PASSED_EVIDENCE_LENGTH
    for name in sorted(evidence, key=lambda name: len(_text(evidence[name])), reverse=True):
        if len(_text(evidence)) <= max_length:
            break
        evidence = evidence | {name: _text(evidence[name])[:200] + "…"}
    return evidence


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
