from events import counters, partitions
from krafter_audit.api import idempotency
from krafter_audit.celery import app


@app.task(name="events.aggregate_counters")
def aggregate_counters() -> None:
    counters.aggregate_all()


@app.task(name="events.delete_expired_responses")
def delete_expired_responses() -> None:
    idempotency.delete_expired()


@app.task(name="events.rotate_partitions")
def rotate_partitions() -> None:
    partitions.rotate_partitions(partitions.EVENTS)
