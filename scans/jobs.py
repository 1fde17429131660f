from uuid import UUID

from krafter_audit.celery import app
from krafter_audit.jobs.queues import enqueue
from scans.models import Scanner
from scans.services import schedules
from scans.sites import ownership
from scans.worker import page_runner, queueing, retention
from scans.worker.page_leases import JOB_SECONDS, WorkerKind

STOP_SECONDS = 40  # for a job to end by itself before it is killed
HTTP_SECONDS, BROWSER_SECONDS = JOB_SECONDS[WorkerKind.HTTP], JOB_SECONDS[WorkerKind.BROWSER]


@app.task(name="scans.run_scan", soft_time_limit=HTTP_SECONDS - STOP_SECONDS, time_limit=HTTP_SECONDS)
def run_scan(scan_id: str, scanner: str = Scanner.HTTP) -> None:
    """Work on scans over HTTP; with `scanner` browser, on this scan's browser part too, without a browser."""
    queueing.check_without_browser(UUID(scan_id) if scanner == Scanner.BROWSER else None)
    if page_runner.run(WorkerKind.HTTP):
        enqueue("scans.run_scan", scan_id)
    elif queueing.browser_part_has_no_worker(UUID(scan_id)):
        enqueue("scans.run_scan", scan_id, Scanner.BROWSER)


@app.task(
    name="scans.run_scan_in_browser",
    soft_time_limit=BROWSER_SECONDS - STOP_SECONDS,
    time_limit=BROWSER_SECONDS,
)
def run_scan_in_browser(scan_id: str) -> None:
    """Work on scans in the browser."""
    if page_runner.run(WorkerKind.BROWSER):
        enqueue("scans.run_scan_in_browser", scan_id)


@app.task(name="scans.verify_site")
def verify_site(site_id: str) -> None:
    """Check whether a site belongs to its project."""
    ownership.run_verification(UUID(site_id))


@app.task(name="scans.delete_expired_results")
def delete_expired_results() -> None:
    """Delete old scan results."""
    retention.delete_expired()


@app.task(name="scans.start_due_scans")
def start_due_scans() -> None:
    """Queue the scheduled scans that are due."""
    schedules.start_due()


@app.task(name="scans.requeue_pending")
def requeue_pending() -> None:
    """Enqueue scans and site verifications that no worker holds."""
    queueing.requeue_scans()
    queueing.requeue_site_verifications()
