"""Enqueue work of scans that is pending and that no worker holds."""

from uuid import UUID

from krafter_audit.db.leases import unleased
from krafter_audit.jobs import enqueue, queue_has_consumers, queue_is_stalled
from scans.models import Scanner, ScanPart, Site

BROWSER_QUEUE = "scan_browser"
MAX_REQUEUED = {Scanner.HTTP: 500, Scanner.BROWSER: 20}  # parts per run; those of browsers take long
MAX_SITES = 500


def browser_part_has_no_worker(scan_id: UUID) -> bool:
    """Tell whether the browser part of a scan is pending and no worker consumes the browser queue."""
    pending = ScanPart.objects.filter(
        unleased(), scan=scan_id, scanner=Scanner.BROWSER, finished_at__isnull=True
    )
    return pending.exists() and not queue_has_consumers(BROWSER_QUEUE)


def requeue_scans() -> None:
    """Enqueue pending parts. Without a browser worker, HTTP workers finish browser parts, as inconclusive."""
    pending = ScanPart.objects.filter(unleased(), finished_at__isnull=True).order_by("created_at")
    for (pk,) in pending.filter(scanner=Scanner.HTTP).values_list("scan_id")[: MAX_REQUEUED[Scanner.HTTP]]:
        enqueue("scans.run_scan", str(pk))
    rows = pending.filter(scanner=Scanner.BROWSER).values_list("scan_id", "created_at")
    browser_parts = list(rows[: MAX_REQUEUED[Scanner.BROWSER]])
    stalled = bool(browser_parts) and queue_is_stalled(BROWSER_QUEUE, since=browser_parts[0][1])
    for pk, _ in browser_parts:
        if stalled:
            enqueue("scans.run_scan", str(pk), Scanner.BROWSER)
        else:
            enqueue("scans.run_scan_in_browser", str(pk))


def requeue_site_verifications() -> None:
    """Enqueue pending verifications of sites."""
    sites = Site.objects.filter(unleased(), check_requested=True).order_by("created_at")
    for pk in sites.values_list("pk", flat=True)[:MAX_SITES]:
        enqueue("scans.verify_site", str(pk))
