"""Record backups and restore drills as rows; of each kind, one runs at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.db.leases import renewing
from operations.errors import OperationFailed
from operations.models import Run

LEASE_SECONDS = 60
STOPPED_MESSAGE = "It was stopped before the end, or failed unexpectedly: see the log."


@contextmanager
def record_run[R: Run](model: type[R], *, path: str) -> Iterator[R]:
    """Record the block as a row; OperationFailed is stored as its error and raised again."""
    run = _start(model, path)
    run.error = STOPPED_MESSAGE  # stays if another error ends the block
    try:
        with renewing(run, seconds=LEASE_SECONDS):
            yield run
        run.error = ""
    except OperationFailed as error:
        run.error = str(error)
        raise
    finally:
        run.finished_at, run.lease_until = timezone.now(), None
        run.save(update_fields=["error", "report", "finished_at", "lease_until", "updated_at"])


@transaction.atomic
def _start[R: Run](model: type[R], path: str) -> R:
    advisory_lock(f"operations:{model.__name__}")
    now = timezone.now()
    unfinished = model._default_manager.filter(finished_at__isnull=True)
    if unfinished.filter(lease_until__gte=now).exists():
        raise OperationFailed(f"A {model._meta.verbose_name} is running already.")
    unfinished.update(finished_at=now, error=STOPPED_MESSAGE)
    return model._default_manager.create(path=path, lease_until=now + timedelta(seconds=LEASE_SECONDS))


def last_finished[R: Run](model: type[R], *, succeeded: bool = False) -> R | None:
    finished = model._default_manager.filter(finished_at__isnull=False)
    return (finished.filter(error="") if succeeded else finished).order_by("-created_at").first()


def is_due(model: type[Run], *, hours: int) -> bool:
    """Return whether the last run of a kind is that old, or its retry is due."""
    if not hours:
        return False
    last = model._default_manager.order_by("-created_at").first()
    # A failure is tried again after an hour, not only at the next interval.
    pause = timedelta(hours=1 if last and last.error else hours)
    return last is None or last.created_at <= timezone.now() - pause
