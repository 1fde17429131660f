"""Leases: a worker acquires a row for a limited time, with a fencing number that rejects late writes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.db import DatabaseError, connection, models
from django.db.models import F, Q
from django.utils import timezone


class Leased(models.Model):
    lease_until = models.DateTimeField(null=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


def unleased() -> Q:
    """Return the condition that no worker holds the row now."""
    return Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())


def acquire[Row: Leased](model: type[Row], pk: UUID | str, *, seconds: int, **where: Any) -> Row | None:
    """Acquire the row by compare-and-set; None if it is absent, held, or does not meet `where`."""
    acquired = model._default_manager.filter(unleased(), pk=pk, **where).update(
        lease_until=timezone.now() + timedelta(seconds=seconds),
        # The fence protects a row, not the clock: a worker that was paused past its lease writes with an old
        # number, and matches no row.
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
    )
    return model._default_manager.get(pk=pk) if acquired else None


def owned[Row: Leased](row: Row) -> models.QuerySet[Row]:
    """Return the row as a query set that is empty once another worker acquires it."""
    return type(row)._default_manager.filter(pk=row.pk, fence=row.fence)


def write(row: Leased, **changes: Any) -> bool:
    """Update the row as its holder; False, with nothing written, if another worker has acquired it."""
    return bool(owned(row).update(**changes))


def extend(row: Leased, *, seconds: int) -> bool:
    """Extend the lease to `seconds` from now; False when it is lost or was released."""
    held = owned(row).filter(lease_until__isnull=False)
    return bool(held.update(lease_until=timezone.now() + timedelta(seconds=seconds)))


@contextmanager
def hold[Row: Leased](
    model: type[Row], pk: UUID | str | None, *, seconds: int, **where: Any
) -> Iterator[Row | None]:
    """Acquire a row and renew its lease while the block runs."""
    row = acquire(model, pk, seconds=seconds, **where) if pk else None
    if row is None:
        yield None
        return
    with renewing(row, seconds=seconds):
        yield row


@contextmanager
def renewing(row: Leased, *, seconds: int) -> Iterator[None]:
    """Renew the lease from a thread while the block runs; it expires soon after the process has ended."""
    with LeaseRenewer(seconds=seconds) as renewer:
        renewer.add(row)
        yield


class LeaseRenewer:
    """Renews the leases of rows from a thread while the block runs."""

    def __init__(self, *, seconds: int) -> None:
        self._seconds = seconds
        self._rows: dict[Any, Leased] = {}
        self._guard = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="renewal of leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    def add(self, row: Leased) -> None:
        with self._guard:
            self._rows[row.pk] = row

    def discard(self, row: Leased) -> None:
        with self._guard:
            self._rows.pop(row.pk, None)

    def _renew(self) -> None:
        try:
            # Two renewals may fail before the lease expires.
            while not self._done.wait(self._seconds / 3):
                with self._guard:
                    rows = list(self._rows.values())
                for row in rows:
                    self._renew_row(row)
        finally:
            # Closes this thread's own connection.
            connection.close()

    def _renew_row(self, row: Leased) -> None:
        try:
            if not extend(row, seconds=self._seconds):
                self.discard(row)
        except DatabaseError:
            connection.close()  # Django does not replace a lost connection by itself: the next round connects again
