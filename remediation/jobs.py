"""Celery tasks of remediation."""

from uuid import UUID

from krafter_audit.celery import app
from krafter_audit.db.leases import free
from krafter_audit.jobs import enqueue, queue_is_stalled
from remediation.checks import reliability
from remediation.checks.queues import JOB_OF
from remediation.evidence import retention
from remediation.models import VerificationPart
from remediation.worker import part_runner
from scans.models import Scanner

MOST_SENT_AGAIN = {Scanner.HTTP: 500, Scanner.BROWSER: 20}  # a sweep; those of the browser take long


@app.task(name="remediation.run_verification")
def run_verification(verification_id: str, scanner: str = Scanner.HTTP) -> None:
    """Look again at what a verification is about; for the browser's part, where no worker has a browser."""
    part_runner.carry_out(UUID(verification_id), Scanner(scanner))


@app.task(name="remediation.run_verification_in_browser", soft_time_limit=200, time_limit=240)
def run_verification_in_browser(verification_id: str) -> None:
    """Look again in the browser; what is left when the time is over is sent on."""
    if part_runner.carry_out(UUID(verification_id), Scanner.BROWSER, browsing=True):
        enqueue("remediation.run_verification_in_browser", verification_id)


@app.task(name="remediation.requeue_pending")
def requeue_pending() -> None:
    """Send what was lost or left behind. What needs a browser where none works is answered without one."""
    for scanner in JOB_OF:
        left = VerificationPart.objects.filter(free(), finished_at__isnull=True, scanner=scanner)
        rows = left.order_by("created_at").values_list("verification_id", "created_at")
        waiting = list(rows[: MOST_SENT_AGAIN[scanner]])
        if scanner == Scanner.BROWSER and waiting and queue_is_stalled("scan_browser", since=waiting[0][1]):
            for pk, _ in waiting:
                enqueue("remediation.run_verification", str(pk), scanner)
            continue
        for pk, _ in waiting:
            enqueue(JOB_OF[scanner], str(pk))


@app.task(name="remediation.measure_check_reliability")
def measure_check_reliability(project_id: str) -> None:
    """Measure how far the checks of a project can be believed."""
    reliability.measure(UUID(project_id))


@app.task(name="remediation.measure_all_projects")
def measure_all_projects() -> None:
    """Have every project measured in which there was a look of late."""
    for pk in reliability.active().values_list("pk", flat=True):
        enqueue("remediation.measure_check_reliability", str(pk))


@app.task(name="remediation.rotate_evidence_partitions")
def rotate_evidence_partitions() -> None:
    """Make the months of evidence that come, and drop those that are past their time."""
    retention.turn()
