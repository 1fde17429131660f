"""What runs in the background about the record."""

from events import counters, partitions
from krafter_audit.api import idempotency
from krafter_audit.celery import app


@app.task(name="events.tidy")
def tidy() -> None:
    """Fold the counters up, and forget the answers that nobody may ask for again."""
    counters.fold_all()
    idempotency.delete_expired()


@app.task(name="events.turn")
def turn() -> None:
    """Make the months of the record that come, and drop those that are past their time."""
    partitions.grow(partitions.EVENTS)
    partitions.shrink(partitions.EVENTS)
