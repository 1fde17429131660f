"""How a worker takes a row and keeps it: a lease for a while, and a fencing number that outdates late writers.

The row is the truth; a message in the broker only wakes a worker up. Whoever holds the newest fence may write.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, models
from django.db.models import F, Q
from django.utils import timezone


class Claimable(models.Model):
    """A row that a worker takes under a lease."""

    lease_until = models.DateTimeField(null=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


def free() -> Q:
    """The condition that nobody holds the row now."""
    return Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())


def claim[Row: Claimable](model: type[Row], pk: UUID | str, *, seconds: int, **where: Any) -> Row | None:
    """Take the row by compare-and-set for `seconds`, or answer None: gone, not in that state, or held."""
    taken = model._default_manager.filter(free(), pk=pk, **where).update(
        lease_until=timezone.now() + timedelta(seconds=seconds),
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
    )
    return model._default_manager.get(pk=pk) if taken else None


def write(row: Claimable, **changes: Any) -> bool:
    """Write as the holder of the row's fence; False when another has taken it over: the late write is dropped."""
    return bool(owned(row).update(**changes))


def owned[Row: Claimable](row: Row) -> models.QuerySet[Row]:
    """Return the row as a query set that is empty once another worker has acquired it."""
    return type(row)._default_manager.filter(pk=row.pk, fence=row.fence)


def extend(row: Claimable, *, seconds: int) -> bool:
    """Keep the lease for `seconds` more; False when it is lost."""
    return write(row, lease_until=timezone.now() + timedelta(seconds=seconds))


@contextmanager
def taken[Row: Claimable](
    model: type[Row], pk: UUID | str | None, *, seconds: int, **where: Any
) -> Iterator[Row | None]:
    """Hold a row while the block runs; None when it is gone, not in that state, or held."""
    row = claim(model, pk, seconds=seconds, **where) if pk else None
    if row is None:
        yield None
        return
    with kept(row, seconds=seconds):
        yield row


@contextmanager
def kept(row: Claimable, *, seconds: int) -> Iterator[None]:
    """Keep extending the lease while the block runs; it ends by itself soon after the process dies."""
    done = threading.Event()
    beat = threading.Thread(target=_beat, args=(row, seconds, done), name=f"lease of {row.pk}", daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join()


def _beat(row: Claimable, seconds: int, done: threading.Event) -> None:
    try:
        while not done.wait(seconds / 3):
            try:
                if not extend(row, seconds=seconds):
                    return
            except DatabaseError:
                continue  # the database is away; the next beat tries again
    finally:
        connection.close()
