"""Enqueue work of scans that is pending and that no worker holds."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from krafter_audit.db.leases import unleased
from krafter_audit.jobs.queues import enqueue, queue_has_consumers, queue_is_stalled
from scans.models import BROWSER_SCANNERS, Scanner, ScanPage, ScanPart, Site
from scans.worker.page_leases import scans_to_discover

BROWSER_QUEUE = "scan_browser"
MAX_JOBS = {Scanner.HTTP: 4, Scanner.BROWSER: 2}  # enqueued per run: each job works on the pages of all scans
REQUEUE_BATCH_SIZE = 500


def browser_part_has_no_worker(scan_id: UUID) -> bool:
    """Return whether the browser part of a scan waits and no worker consumes the browser queue."""
    parts = _unfinished_browser_parts(scan_id)
    waiting = parts.filter(without_browser=False).exclude(Exists(_pages(Q(lease_until__isnull=False))))
    return waiting.exists() and not queue_has_consumers(BROWSER_QUEUE)


def check_without_browser(scan_id: UUID | None) -> None:
    """Let HTTP workers finish the browser parts of a scan, as inconclusive."""
    if scan_id:
        _unfinished_browser_parts(scan_id).update(without_browser=True)


def _unfinished_browser_parts(scan_id: UUID) -> QuerySet[ScanPart]:
    return ScanPart.objects.filter(scan=scan_id, scanner__in=BROWSER_SCANNERS, finished_at__isnull=True)


def requeue_scans() -> None:
    """Enqueue jobs for scans that no worker works on, as after lost messages and stopped workers."""
    idle = ScanPart.objects.filter(finished_at__isnull=True, scan__discovered_at__isnull=False).exclude(
        Exists(_pages(~unleased()))
    )
    in_browser = idle.filter(scanner__in=BROWSER_SCANNERS, without_browser=False)
    by_http = idle.exclude(pk__in=in_browser).values_list("scan_id", "created_at")
    undiscovered = scans_to_discover().values_list("pk", "created_at")
    limit = MAX_JOBS[Scanner.HTTP]
    waiting = [*undiscovered[:limit], *by_http.order_by("created_at")[:limit]]
    for pk in list(dict.fromkeys(pk for pk, _ in waiting))[:limit]:
        enqueue("scans.run_scan", str(pk))
    browser_parts = list(
        in_browser.order_by("created_at").values_list("scan_id", "created_at")[: MAX_JOBS[Scanner.BROWSER]]
    )
    # Without a browser worker the scan would never finish: HTTP workers finish its browser parts, as inconclusive.
    stalled = bool(browser_parts) and queue_is_stalled(BROWSER_QUEUE, since=browser_parts[0][1])
    for pk, _ in browser_parts:
        if stalled:
            enqueue("scans.run_scan", str(pk), Scanner.BROWSER)
        else:
            enqueue("scans.run_scan_in_browser", str(pk))


def _pages(condition: Q) -> QuerySet[ScanPage]:
    return ScanPage.objects.filter(condition, part=OuterRef("pk"), pending=True)


def requeue_site_verifications() -> None:
    sites = Site.objects.filter(unleased(), check_requested=True).order_by("created_at")
    for pk in sites.values_list("pk", flat=True)[:REQUEUE_BATCH_SIZE]:
        enqueue("scans.verify_site", str(pk))
