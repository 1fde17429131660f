"""Send changes of tasks and dismissals to their tickets soon, without waiting for the next scheduled sync."""

from typing import Any

from events.models import Event
from events.outbox import EventBatch
from findings.models import FindingStatus
from integrations import services
from integrations.models import Integration
from integrations.providers.registry import ADAPTERS
from integrations.providers.tickets import Tracker
from integrations.sync.run import BY_INTEGRATION

CONSUMER = "ticket_tasks"
EVENTS = (
    "task.created",
    "task.updated",
    "task.due_date_moved",
    "finding.updated",
    "finding.dismissal_expired",
)
TRACKERS = [name for name, adapter in ADAPTERS.items() if issubclass(adapter, Tracker)]


def consume(batch: EventBatch) -> None:
    """Request a sync of the project's trackers. Idempotent."""
    if not any(concerns_tickets(event) for event in batch.events):
        return
    connected = Integration.objects.filter(
        project=batch.project_id, provider__in=TRACKERS, project__archived_at=None
    ).exclude(status=Integration.Status.DISCONNECTED)
    for integration in connected.order_by("pk"):
        services.request_sync(integration)


def concerns_tickets(event: Event) -> bool:
    """Return whether an event of a task or finding changes what its ticket shows."""
    # What a sync has read from a ticket is not sent back to it.
    if event.actor == BY_INTEGRATION.kind:
        return False
    if event.name != "finding.updated":
        return True
    # Of a finding, a ticket shows only whether it is dismissed.
    was, now = (_status(event.data.get(side)) for side in ("was", "now"))
    return was != now and FindingStatus.DISMISSED in (was, now)


def _status(values: Any) -> str | None:
    return values.get("status") if isinstance(values, dict) else None
