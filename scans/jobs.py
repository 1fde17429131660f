"""Celery tasks of scans."""

from uuid import UUID

from krafter_audit.celery import app
from krafter_audit.db.leases import free
from krafter_audit.jobs import enqueue, queue_has_consumers, queue_is_stalled
from scans.models import Scanner, ScanPart, Site
from scans.services import schedules
from scans.sites import ownership
from scans.worker import part_runner, retention


@app.task(name="scans.run_scan", soft_time_limit=900, time_limit=960)
def run_scan(scan_id: str, scanner: str = Scanner.HTTP) -> None:
    """Look at a whole site; for the browser's part, where no worker has a browser."""
    if part_runner.carry_out(UUID(scan_id), Scanner(scanner)):
        enqueue("scans.run_scan", scan_id, scanner)
    elif scanner == Scanner.HTTP and browser_part_is_stranded(scan_id):
        enqueue("scans.run_scan", scan_id, Scanner.BROWSER)


def browser_part_is_stranded(scan_id: str) -> bool:
    """Whether a part waits for a browser that no worker has."""
    waiting = ScanPart.objects.filter(
        free(), scan=UUID(scan_id), scanner=Scanner.BROWSER, finished_at__isnull=True
    )
    return waiting.exists() and not queue_has_consumers("scan_browser")


@app.task(name="scans.run_scan_in_browser", soft_time_limit=200, time_limit=240)
def run_scan_in_browser(scan_id: str) -> None:
    """Look at some pages of a site in the browser; those that are left are the next job's."""
    if part_runner.carry_out(UUID(scan_id), Scanner.BROWSER, browsing=True):
        enqueue("scans.run_scan_in_browser", scan_id)


@app.task(name="scans.verify_site")
def verify_site(site_id: str) -> None:
    """Look whether a site is proved to be its project's."""
    ownership.carry_out(UUID(site_id))


@app.task(name="scans.delete_expired_results")
def delete_expired_results() -> None:
    """Drop what scans saw so long ago that nobody keeps it."""
    retention.forget_old()


@app.task(name="scans.start_due_scans")
def start_due_scans() -> None:
    """Ask for the scans whose time has come."""
    schedules.start_due()


@app.task(name="scans.requeue_pending")
def requeue_pending() -> None:
    """Send what was lost or left behind."""
    requeue_scans()
    asked = Site.objects.filter(free(), check_requested=True).order_by("created_at")
    for pk in asked.values_list("pk", flat=True)[:500]:
        enqueue("scans.verify_site", str(pk))


def requeue_scans() -> None:
    """Send the parts of scans that nobody holds. What needs a browser where none works is answered without one."""
    undone = ScanPart.objects.filter(free(), finished_at__isnull=True).order_by("created_at")
    for (pk,) in undone.filter(scanner=Scanner.HTTP).values_list("scan_id")[:500]:
        enqueue("scans.run_scan", str(pk))
    waiting = list(undone.filter(scanner=Scanner.BROWSER).values_list("scan_id", "created_at")[:20])
    alone = bool(waiting) and queue_is_stalled("scan_browser", since=waiting[0][1])
    for pk, _ in waiting:
        if alone:
            enqueue("scans.run_scan", str(pk), Scanner.BROWSER)
        else:
            enqueue("scans.run_scan_in_browser", str(pk))
