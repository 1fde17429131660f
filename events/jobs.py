from events import partitions
from events.totals import counters, history
from krafter_audit.api import idempotency
from krafter_audit.celery import app
from krafter_audit.jobs.isolation import isolated


@app.task(name="events.aggregate_counters")
def aggregate_counters() -> None:
    """Aggregate the counters that have grown, and store their totals after many changes."""
    counters.aggregate_all()
    history.take_interim_snapshots()


@app.task(name="events.delete_expired_responses")
def delete_expired_responses() -> None:
    """Delete the expired responses of idempotency keys."""
    idempotency.delete_expired()


@app.task(name="events.rotate_partitions")
def rotate_partitions() -> None:
    """Create the next partitions of the audit log and the history of counters, and drop the expired ones."""
    history.take_snapshots()
    for partitioned in (partitions.EVENT_TABLE, history.COUNTER_CHANGE_TABLE):
        with isolated("rotation", partitioned.table):
            partitions.rotate_partitions(partitioned)
    history.delete_expired_snapshots()
