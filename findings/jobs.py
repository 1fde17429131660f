"""What runs in the background about findings.

The engine of the scans is imported by the worker alone: beat, which sends the sweeps, has no use for four megabytes.
"""

from uuid import UUID

from findings import ownership
from findings.models import Scanner, ScanPart, Site
from findings.scanner import forgetting
from findings.services import schedules
from krafter_audit.celery import app
from krafter_audit.db.leases import free
from krafter_audit.jobs import is_worked_on, nobody_comes, send


@app.task(name="findings.scan", soft_time_limit=900, time_limit=960)
def scan(scan_id: str, scanner: str = Scanner.HTTP) -> None:
    """Look at a whole site; for the browser's part, where no worker has a browser."""
    from findings.scanner import working

    if working.carry_out(UUID(scan_id), Scanner(scanner)):
        send("findings.scan", scan_id, scanner)
    elif scanner == Scanner.HTTP and is_left_alone(scan_id):
        send("findings.scan", scan_id, Scanner.BROWSER)


def is_left_alone(scan_id: str) -> bool:
    """Whether a part waits for a browser that no worker has."""
    waiting = ScanPart.objects.filter(
        free(), scan=UUID(scan_id), scanner=Scanner.BROWSER, finished_at__isnull=True
    )
    return waiting.exists() and not is_worked_on("scan_browser")


@app.task(name="findings.scan_in_browser", soft_time_limit=200, time_limit=240)
def scan_in_browser(scan_id: str) -> None:
    """Look at some pages of a site in the browser; those that are left are the next job's."""
    from findings.scanner import working

    if working.carry_out(UUID(scan_id), Scanner.BROWSER, browsing=True):
        send("findings.scan_in_browser", scan_id)


@app.task(name="findings.prove")
def prove(site_id: str) -> None:
    """Look whether a site is proved to be its project's."""
    ownership.carry_out(UUID(site_id))


@app.task(name="findings.forget_results")
def forget_results() -> None:
    """Drop what scans saw so long ago that nobody keeps it."""
    forgetting.forget_old()


@app.task(name="findings.start_due_scans")
def start_due_scans() -> None:
    """Ask for the scans whose time has come."""
    schedules.start_due()


@app.task(name="findings.sweep")
def sweep() -> None:
    """Send what was lost or left behind."""
    sweep_scans()
    asked = Site.objects.filter(free(), waiting=True).order_by("created_at")
    for pk in asked.values_list("pk", flat=True)[:500]:
        send("findings.prove", str(pk))


def sweep_scans() -> None:
    """Send the parts of scans that nobody holds. What needs a browser where none works is answered without one."""
    undone = ScanPart.objects.filter(free(), finished_at__isnull=True).order_by("created_at")
    for (pk,) in undone.filter(scanner=Scanner.HTTP).values_list("scan_id")[:500]:
        send("findings.scan", str(pk))
    waiting = list(undone.filter(scanner=Scanner.BROWSER).values_list("scan_id", "created_at")[:20])
    alone = bool(waiting) and nobody_comes("scan_browser", since=waiting[0][1])
    for pk, _ in waiting:
        if alone:
            send("findings.scan", str(pk), Scanner.BROWSER)
        else:
            send("findings.scan_in_browser", str(pk))
