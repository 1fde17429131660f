"""The outbox: higher apps consume the events whose names they register, in the order of the log."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Project
from events.models import Event, OutboxEntry
from events.names import PROJECT_EVENTS
from krafter_audit.jobs.isolation import isolated

BATCH_SIZE = 200  # entries of one run
MAX_ENTRY_EVENTS = 500  # the ids of further events are in further entries
# The pause of an entry that failed; doubled each time.
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=10), timedelta(hours=1)


@dataclass(frozen=True)
class Consumer:
    """The events that a consumer gets."""

    names: frozenset[str]
    organization_filter: Callable[[UUID], bool]  # whether it gets those of an organisation now
    event_filter: Callable[[Event], bool]  # whether it gets this one


_consumers: dict[str, Consumer] = {}


@dataclass(frozen=True)
class EventBatch:
    """Events of one name in one project that were logged together."""

    project_id: UUID
    name: str
    events: Sequence[Event]


def register_consumer(
    consumer: str,
    event_names: Collection[str] = frozenset(PROJECT_EVENTS),
    *,
    organization_filter: Callable[[UUID], bool] = lambda organization_id: True,
    event_filter: Callable[[Event], bool] = lambda event: True,
) -> None:
    """Have the events of these names stored for a consumer. Call it when the app is ready.

    `organization_filter` gets the id of the events' organisation, `event_filter` an event; both return whether the
    consumer gets it. Events that SQL has logged are not read: the consumer gets all of them.
    """
    _consumers[consumer] = Consumer(frozenset(event_names), organization_filter, event_filter)


def enqueue(events: Iterable[Event]) -> None:
    """Write one entry for each consumer, project and name of logged events."""
    groups: dict[tuple[UUID, UUID, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.project_id is not None and event.organization_id is not None:
            groups[event.organization_id, event.project_id, event.name].append(event)
    # In the transaction of the events, so that none is lost, and none is consumed that did not happen.
    OutboxEntry.objects.bulk_create(
        OutboxEntry(consumer=consumer, project_id=project_id, name=name, event_ids=list(part))
        for (organization_id, project_id, name), group in groups.items()
        for consumer in _consumers_of(organization_id, name)
        for part in batched(
            [event.pk for event in group if _consumers[consumer].event_filter(event)], MAX_ENTRY_EVENTS
        )
    )


def enqueue_logged(project: Project, names: Collection[str], *, at: datetime) -> None:
    """Write the entries of events that SQL logged in this transaction at `at`."""
    for name in names:
        if consumers := _consumers_of(project.organization_id, name):
            logged = Event.objects.filter(project=project, name=name, at=at).order_by("id")
            for part in batched(logged.values_list("pk", flat=True).iterator(), MAX_ENTRY_EVENTS):
                OutboxEntry.objects.bulk_create(
                    OutboxEntry(consumer=consumer, project_id=project.pk, name=name, event_ids=list(part))
                    for consumer in consumers
                )


def _consumers_of(organization_id: UUID, name: str) -> list[str]:
    return [
        consumer
        for consumer, registered in _consumers.items()
        if name in registered.names and registered.organization_filter(organization_id)
    ]


def consume(consumer: str, handle: Callable[[EventBatch], None]) -> int:
    """Hand the consumer its entries, oldest first; return how many were handled."""
    due = OutboxEntry.objects.filter(consumer=consumer, not_before__lte=timezone.now()).order_by("id")
    handled = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH_SIZE]):
        with isolated(f"handling by {consumer}", f"outbox entry {pk}") as isolation:
            handled += _consume_one(pk, handle)
        if isolation.failed:
            _postpone(pk)
    return handled


@transaction.atomic
def _consume_one(pk: int, handle: Callable[[EventBatch], None]) -> bool:
    # Two workers may consume at the same time; each skips the entries of the other.
    entry = OutboxEntry.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if entry is None:
        return False
    events = list(Event.objects.filter(pk__in=entry.event_ids).order_by("id"))
    # In one transaction with the deletion: a job that is killed has consumed nothing.
    handle(EventBatch(entry.project_id, entry.name, events))
    entry.delete()
    return True


def _postpone(pk: int) -> None:
    entry = OutboxEntry.objects.filter(pk=pk).first()
    if entry is None:
        return
    pause = min(FIRST_PAUSE * 2 ** min(entry.attempts, 12), MAX_PAUSE)
    OutboxEntry.objects.filter(pk=pk).update(attempts=F("attempts") + 1, not_before=timezone.now() + pause)
