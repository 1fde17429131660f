from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone

from campaigns.models import CampaignTask
from events.models import Event
from events.outbox import EventBatch
from integrations import services
from integrations.models import Integration, TicketLink

CONSUMER = "ticket_campaigns"
OF_TASKS = ("task.added_to_campaign", "task.removed_from_campaign")
EVENTS = (*OF_TASKS, "campaign.updated", "campaign.archived", "campaign.restored")


def consume(batch: EventBatch) -> None:
    """Update the tickets of tasks whose campaigns changed. Idempotent."""
    if batch.name in OF_TASKS:
        _push({event.subject_id for event in batch.events})
        return
    for event in batch.events:
        if _changes_tickets(event):
            _push(CampaignTask.objects.filter(campaign=event.subject_id).values("task"))


def _changes_tickets(event: Event) -> bool:
    return event.name != "campaign.updated" or "name" in event.data["now"]


def _push(task_ids: Collection[UUID] | Any) -> None:
    links = TicketLink.objects.filter(task__in=task_ids, state=TicketLink.State.LINKED)
    links = links.exclude(integration__status=Integration.Status.DISCONNECTED)
    integrations = {link.integration for link in links.select_related("integration__project")}
    # A sync pushes the tasks that are not marked as synced.
    links.update(task_synced_at=None, updated_at=timezone.now())
    for integration in sorted(integrations, key=lambda each: each.pk):
        services.request_sync(integration)
