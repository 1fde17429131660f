"""The outbox: higher apps consume the events whose names they register, in the order of the log."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from events.models import Event, OutboxEntry

logger = logging.getLogger(__name__)
BATCH_SIZE = 200
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=10), timedelta(hours=1)

_consumers: dict[str, frozenset[str]] = {}


@dataclass(frozen=True)
class EventBatch:
    """Events of one name in one project that were logged together."""

    project_id: UUID
    name: str
    events: Sequence[Event]


def register_consumer(consumer: str, event_names: Collection[str]) -> None:
    """Have the events of these names stored for a consumer. Call it when the app is ready."""
    _consumers[consumer] = frozenset(event_names)


def registered_consumers() -> dict[str, frozenset[str]]:
    return dict(_consumers)


def enqueue(events: Iterable[Event]) -> None:
    """Write one entry for each consumer, project and name of the logged events."""
    ids: dict[tuple[str, UUID, str], list[int]] = defaultdict(list)
    for event in events:
        for consumer, names in _consumers.items():
            if event.name in names and event.project_id is not None:
                ids[consumer, event.project_id, event.name].append(event.pk)
    # In the transaction of the events, so that none is lost, and none is consumed that did not happen.
    OutboxEntry.objects.bulk_create(
        OutboxEntry(consumer=consumer, project_id=project_id, name=name, event_ids=event_ids)
        for (consumer, project_id, name), event_ids in ids.items()
    )


def consume(consumer: str, handle: Callable[[EventBatch], None]) -> int:
    """Hand the consumer its entries, oldest first; return how many it handled."""
    due = OutboxEntry.objects.filter(consumer=consumer, not_before__lte=timezone.now()).order_by("id")
    handled = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH_SIZE]):
        try:
            handled += _consume_one(pk, handle)
        except Exception as error:  # noqa: BLE001  the worker's boundary: a failing entry must not block the others
            _postpone(pk, error)
    return handled


@transaction.atomic
def _consume_one(pk: int, handle: Callable[[EventBatch], None]) -> bool:
    # Two workers may consume at the same time; each skips the entries of the other.
    entry = OutboxEntry.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if entry is None:
        return False
    events = list(Event.objects.filter(pk__in=entry.event_ids).order_by("id"))
    # In one transaction with the deletion: a job that dies has consumed nothing.
    handle(EventBatch(entry.project_id, entry.name, events))
    entry.delete()
    return True


def _postpone(pk: int, error: Exception) -> None:
    entry = OutboxEntry.objects.filter(pk=pk).first()
    if entry is None:
        return
    pause = min(FIRST_PAUSE * 2 ** min(entry.attempts, 12), MAX_PAUSE)
    OutboxEntry.objects.filter(pk=pk).update(attempts=F("attempts") + 1, not_before=timezone.now() + pause)
    # No traceback: its variables may contain secrets.
    logger.error("%s could not handle %s (%s): %s", entry.consumer, entry.name, pk, type(error).__name__)
