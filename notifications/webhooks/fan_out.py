import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Project
from events import outbox
from events.models import Event
from events.names import PROJECT_EVENTS, matches
from events.outbox import EventBatch
from events.representation import represent
from krafter_audit.db.advisory_locks import try_advisory_lock
from krafter_audit.http.json_encoding import dump_json
from krafter_audit.http.timestamps import format_timestamp
from krafter_audit.jobs.isolation import isolated
from krafter_audit.jobs.queues import enqueue_on_commit
from notifications.models import EventDelivery, WebhookEndpoint

CONSUMER = "webhooks"
# Held by all that store deliveries: two that stored the same events in another order would wait for each other.
LOCK = "webhooks: fan-out"
BATCH_SIZE = 500  # rows of one INSERT
TIME_BUDGET_SECONDS = 60.0  # of one run; the next one continues
MAX_PAYLOAD_BYTES = 256 * 1024
# After an endpoint was enabled: longer than any transaction of a process whose cache lacks it.
CATCH_UP_TIME = timedelta(minutes=3)
MAX_CATCH_UP = 5_000  # events of an endpoint in one run


def run() -> None:
    """Store what is in the outbox, for a limited time, unless another worker does."""
    ends_at = time.monotonic() + TIME_BUDGET_SECONDS
    queue_missed()
    while _consume_batch() == outbox.BATCH_SIZE and time.monotonic() < ends_at:
        pass  # a full batch: there may be more


@transaction.atomic
def _consume_batch() -> int:
    # Two workers at once could store a later event of a subject before an earlier one.
    if not try_advisory_lock(LOCK):
        return 0
    receiving: set[UUID] = set()
    consumed = outbox.consume(CONSUMER, lambda batch: receiving.update(_store(batch)))
    # Once for all entries: a job for each of them would keep the workers from all other jobs for minutes.
    for endpoint_id in receiving:
        enqueue_on_commit("notifications.deliver_to_webhook", str(endpoint_id))
    return consumed


def _store(batch: EventBatch) -> list[UUID]:
    """Store events for the endpoints of their organisation that select them; return the ids of these endpoints."""
    # Runs in the transaction that deletes the outbox entry: an event is neither lost nor stored twice.
    project = Project.objects.filter(pk=batch.project_id).first()
    if project is None or not batch.events:
        return []
    # An endpoint that was disabled after the events gets them too, once it is enabled.
    is_enabled = Q(status=WebhookEndpoint.Status.ENABLED) | Q(disabled_at__gt=batch.events[0].at)
    enabled = WebhookEndpoint.objects.filter(is_enabled, organization_id=project.organization_id)
    enabled = enabled.defer("credentials").order_by("pk")
    selecting = [endpoint for endpoint in enabled if selects(endpoint, batch.name, project.pk)]
    for endpoint in selecting:
        queue(endpoint, project, batch.events)
    return [endpoint.pk for endpoint in selecting]


def selects(endpoint: WebhookEndpoint, name: str, project_id: UUID) -> bool:
    """Return whether an endpoint's filters select events of a name in a project."""
    of_project = not endpoint.project_ids or project_id in endpoint.project_ids
    return of_project and (not endpoint.events or matches(name, endpoint.events))


def queue(endpoint: WebhookEndpoint, project: Project, events: Iterable[Event]) -> int:
    """Store missing deliveries of one project's events; return their number."""
    deliveries = [
        EventDelivery(
            endpoint=endpoint,
            event_id=event.pk,
            event_type=event.name,
            event_at=event.at,
            subject_id=event.subject_id,
            project=project,
            payload=payload_of(event, project),
        )
        for event in events
    ]
    EventDelivery.objects.bulk_create(deliveries, batch_size=BATCH_SIZE, ignore_conflicts=True)
    return len(deliveries)


def payload_of(event: Event, project: Project) -> str:
    """Return the message body of an event: type, time, and the event as in the feed."""
    data = represent(event, project)
    text = message_body(event.name, event.at, data)
    if len(text.encode()) > MAX_PAYLOAD_BYTES:
        # A description or a fix of up to a mebibyte; the feed has it.
        text = message_body(event.name, event.at, {**data, "data": {}, "truncated": True})
    return text


def message_body(event_type: str, at: datetime, data: dict[str, Any]) -> str:
    return dump_json({"type": event_type, "timestamp": format_timestamp(at), "data": data}).decode()


@transaction.atomic
def queue_missed() -> None:
    """Store the events that were logged before all caches had a new endpoint, unless another worker stores."""
    if not try_advisory_lock(LOCK):
        return
    recent = WebhookEndpoint.objects.filter(
        status=WebhookEndpoint.Status.ENABLED, enabled_at__gt=timezone.now() - CATCH_UP_TIME
    )
    for endpoint in recent.defer("credentials"):
        with isolated("catching up of webhook", endpoint.pk), transaction.atomic():
            missed = missing_events(endpoint, after=endpoint.enabled_at)[:MAX_CATCH_UP]
            if queue_logged(endpoint, list(missed)):
                enqueue_on_commit("notifications.deliver_to_webhook", str(endpoint.pk))


def missing_events(
    endpoint: WebhookEndpoint, *, after: datetime, before: datetime | None = None
) -> QuerySet[Event]:
    """Return the selected events of the audit log that have no delivery, oldest first."""
    projects = Project.objects.filter(organization_id=endpoint.organization_id)
    projects = projects.filter(pk__in=endpoint.project_ids) if endpoint.project_ids else projects
    ids = list(projects.values_list("pk", flat=True))
    known = EventDelivery.objects.filter(endpoint=endpoint, event_id=OuterRef("pk"))
    events = Event.objects.filter(~Exists(known), project__in=ids, at__gte=after)
    events = events.filter(at__lt=before) if before else events
    names = [name for name in PROJECT_EVENTS if not endpoint.events or matches(name, endpoint.events)]
    return events.filter(name__in=names).order_by("at", "id")


def queue_logged(endpoint: WebhookEndpoint, events: Collection[Event]) -> int:
    """Store missing deliveries of events of the audit log, under `LOCK`; return their number."""
    return sum(
        queue(endpoint, project, [event for event in events if event.project_id == project.pk])
        for project in Project.objects.filter(pk__in={event.project_id for event in events})
    )
