"""What runs in the background about the record."""

from celery import shared_task

from events import partitions, tallies
from krafter_audit.api import idempotency


@shared_task(name="events.tidy")
def tidy() -> None:
    """Fold the tallies up, and forget the answers that nobody may ask for again."""
    tallies.fold_all()
    idempotency.forget_old()


@shared_task(name="events.turn")
def turn() -> None:
    """Make the months of the record that come, and drop those that are past their time."""
    partitions.grow(partitions.EVENTS)
    partitions.shrink(partitions.EVENTS)
