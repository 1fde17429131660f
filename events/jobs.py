"""What runs in the background about the record."""

from celery import shared_task

from events import tallies
from krafter_audit.api import idempotency


@shared_task(name="events.tidy")
def tidy() -> None:
    """Fold the tallies up, and forget the answers that nobody may ask for again."""
    tallies.fold_all()
    idempotency.forget_old()
