"""What is kept of a scan while it runs, page by page, by whoever holds the part's newest fence."""

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
from scans.worker.page_checks import Seen, Sight

LARGEST_EVIDENCE = 8_000  # characters of JSON for one check of one page
LARGEST_QUIET_EVIDENCE = 2_000  # where nothing is wrong


@transaction.atomic
def keep_pages(
    part: ScanPart, pages: Sequence[ScanPage], *, page_delay: float, browsing: bool = False
) -> bool:
    """Write down which pages are to be looked at; False when the lease is lost, and then nothing is written.

    With `browsing` the same pages are a part of their own for a browser.
    """
    if not leases.write(part, attempts=0, page_delay=page_delay):
        return False
    part.page_delay = page_delay
    ScanPage.objects.bulk_create([*pages, *(_same_pages(part, pages) if browsing else ())])
    update_progress(part.scan_id)
    return True


def _same_pages(part: ScanPart, pages: Sequence[ScanPage]) -> list[ScanPage]:
    other = ScanPart.objects.create(scan_id=part.scan_id, scanner=Scanner.BROWSER, page_delay=part.page_delay)
    return [
        ScanPage(part=other, position=page.position, url=page.url, route=page.route, note=page.note)
        for page in pages
    ]


@transaction.atomic
def keep_page(part: ScanPart, page: ScanPage, sight: Sight) -> bool:
    """Write down what was seen of a page: all of it or nothing; False when the lease is lost."""
    if not leases.write(part, attempts=0):
        return False
    now = timezone.now()
    page.checked_at, page.failed_domains, page.duration_ms = (
        now,
        sorted(sight.broken),
        round(sight.duration_ms, 1),
    )
    ScanPage.objects.filter(pk=page.pk).update(
        checked_at=now, updated_at=now, failed_domains=page.failed_domains, duration_ms=page.duration_ms
    )
    ScanResult.objects.bulk_create(_result(part, page, one) for one in sight.seen)
    update_progress(part.scan_id)
    return True


def update_progress(scan_id: UUID) -> None:
    """Write the progress into the scan's summary. The row is locked first: two parts may count at once."""
    scan = Scan.objects.select_for_update().only("summary").get(pk=scan_id)
    scan.summary["progress"] = progress(scan_id)
    scan.save(update_fields=["summary", "updated_at"])


def progress(scan_id: UUID) -> dict[str, dict[str, int]]:
    """Count the pages of each part of a scan, and those that are done."""
    parts = ScanPart.objects.filter(scan=scan_id).values_list("scanner")
    counted = parts.annotate(Count("pages"), Count("pages__checked_at")).order_by()
    return {scanner: {"pages_found": found, "pages_done": done} for scanner, found, done in counted}


def _result(part: ScanPart, page: ScanPage, seen: Seen) -> ScanResult:
    known, outcome = registry.REGISTRY[seen.key], seen.outcome
    threshold = outcome.evidence.get("threshold")
    return ScanResult(
        scan_id=part.scan_id,
        page=page,
        key=seen.key,
        version=known.version,
        outcome=outcome.status,
        reason=outcome.reason or "",
        value=outcome.value,
        samples=outcome.samples,
        unit=known.metric.unit if known.metric else "",
        threshold=threshold if isinstance(threshold, int | float) else None,
        evidence=_told(outcome, page.note),
        tools=outcome.evidence.get("tools") or {"krafter": krafter_audit.__version__},
        profile=_profile(outcome.evidence.get("profile")),
        duration_ms=round(seen.duration_ms, 1),
        seen_at=timezone.now(),
    )


def _profile(said: Any) -> str:
    """Return the name of how it was looked: `mobile`; empty for what asks by HTTP."""
    return str(said.get("name", ""))[:20] if isinstance(said, dict) else ""


def _told(outcome: Outcome, note: str) -> dict[str, Any]:
    """Return the evidence with the page's note, within bounds: there is a row for every check of every page."""
    evidence = outcome.evidence | ({"note": note} if note else {})
    loud = outcome.status in (FAILED, INCONCLUSIVE)
    room = LARGEST_EVIDENCE if loud else LARGEST_QUIET_EVIDENCE
    for name in sorted(evidence, key=lambda name: len(_text(evidence[name])), reverse=True):
        if len(_text(evidence)) <= room:
            break
        evidence = evidence | {name: _text(evidence[name])[:200] + "…"}
    return evidence


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
