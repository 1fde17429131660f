from uuid import UUID

from assurance import event_consumer
from assurance.services import guard_windows, pull_requests
from events import outbox
from krafter_audit.celery import app


@app.task(name="assurance.process_events")
def process_events() -> None:
    """Open and continue guard windows by the events of the outbox."""
    outbox.consume(event_consumer.CONSUMER, event_consumer.consume)


@app.task(name="assurance.enqueue_due_pull_requests")
def enqueue_due_pull_requests() -> None:
    """Enqueue the pull requests that are due."""
    pull_requests.enqueue_due()


@app.task(name="assurance.check_pull_request")
def check_pull_request(pull_request_id: str) -> None:
    """Read the state of a pull request from its repository."""
    pull_requests.check(UUID(pull_request_id))


@app.task(name="assurance.start_due_guard_runs")
def start_due_guard_runs() -> None:
    """Start the runs of guard windows that are due."""
    guard_windows.start_due_runs()
