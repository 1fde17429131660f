"""What runs in the background about the record."""

from events import partitions, tallies
from krafter_audit.api import idempotency
from krafter_audit.celery import app


@app.task(name="events.tidy")
def tidy() -> None:
    """Fold the tallies up, and forget the answers that nobody may ask for again."""
    tallies.fold_all()
    idempotency.delete_expired()


@app.task(name="events.turn")
def turn() -> None:
    """Make the months of the record that come, and drop those that are past their time."""
    partitions.grow(partitions.EVENTS)
    partitions.shrink(partitions.EVENTS)
