from uuid import UUID

from events import partitions
from krafter_audit.celery import app
from krafter_audit.jobs.queues import LOW_PRIORITY, enqueue
from remediation.checks import reliability
from remediation.evidence import screenshot_retention
from remediation.evidence.retention import EVIDENCE
from remediation.services import due_date_events, recalculations
from remediation.worker import part_runner, queueing
from scans.models import Scanner


@app.task(name="remediation.run_verification")
def run_verification(verification_id: str) -> None:
    """Run the HTTP part that is next by `queueing.run_next`, and enqueue a further job."""
    if queueing.run_next(Scanner.HTTP):
        enqueue("remediation.run_verification", verification_id)


@app.task(name="remediation.finish_without_browser")
def finish_without_browser(verification_id: str) -> None:
    """Finish the browser part of a verification without a browser: its checks are inconclusive."""
    part_runner.run_part(UUID(verification_id), Scanner.BROWSER, with_browser=False)


@app.task(name="remediation.run_verification_in_browser", soft_time_limit=200, time_limit=240)
def run_verification_in_browser(verification_id: str) -> None:
    """Run the browser part that is next by `queueing.run_next`, and enqueue a further job."""
    if queueing.run_next(Scanner.BROWSER):
        enqueue("remediation.run_verification_in_browser", verification_id)


@app.task(name="remediation.requeue_pending")
def requeue_pending() -> None:
    """Enqueue verifications that no worker holds: lost messages, stopped workers."""
    queueing.requeue_verifications()


@app.task(name="remediation.measure_check_reliability")
def measure_check_reliability(project_id: str) -> None:
    """Measure the reliability of the checks in a project."""
    reliability.measure(UUID(project_id))


@app.task(name="remediation.measure_all_projects")
def measure_all_projects() -> None:
    """Enqueue a measurement for each project with recent scans or verifications."""
    for pk in reliability.active_projects().values_list("pk", flat=True):
        # One for each project: nothing else waits for these.
        enqueue("remediation.measure_check_reliability", str(pk), priority=LOW_PRIORITY)


@app.task(name="remediation.log_overdue_tasks")
def log_overdue_tasks() -> None:
    """Log an event for each task that has become overdue."""
    due_date_events.log_overdue_tasks()


@app.task(name="remediation.log_due_tasks")
def log_due_tasks() -> None:
    """Log an event for each task whose due date is nearer than a warning of the policy."""
    due_date_events.log_due_tasks()


@app.task(name="remediation.recalculate_due_dates")
def recalculate_due_dates(recalculation_id: str) -> None:
    """Have the due dates of a project's open tasks follow its policy."""
    recalculations.run(UUID(recalculation_id))


@app.task(name="remediation.requeue_recalculations")
def requeue_recalculations() -> None:
    """Enqueue recalculations that no worker has finished: lost messages, stopped workers."""
    recalculations.requeue_unfinished()


@app.task(name="remediation.rotate_evidence_partitions")
def rotate_evidence_partitions() -> None:
    """Create the evidence partitions of the coming months and drop expired ones."""
    partitions.rotate_partitions(EVIDENCE)


@app.task(name="remediation.delete_unused_screenshots")
def delete_unused_screenshots() -> None:
    """Delete the screenshots that nothing names any more."""
    screenshot_retention.delete_unused()
