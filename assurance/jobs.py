"""Celery jobs of assurance."""

from assurance import event_consumer
from assurance.services import guard_windows
from events import outbox
from krafter_audit.celery import app


@app.task(name="assurance.process_events")
def process_events() -> None:
    """Open and continue guard windows by the events of the outbox."""
    outbox.consume(event_consumer.CONSUMER, event_consumer.consume)


@app.task(name="assurance.start_due_guard_runs")
def start_due_guard_runs() -> None:
    """Start the runs of guard windows that are due."""
    guard_windows.start_due_runs()
