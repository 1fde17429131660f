"""Events of verifications, campaigns and tasks that change tickets: a sync sends them soon. All are idempotent."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from campaigns.models import CampaignTask
from events.models import Event
from events.outbox import EventBatch
from findings.models import FindingStatus
from integrations import services
from integrations.models import Integration, TicketComment, TicketLink
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.providers.tickets import Tracker
from integrations.providers.types import TicketState
from integrations.sync.context import BY_INTEGRATION
from remediation.models import CheckStatus, Result, Task, Verification
from remediation.services import tasks

VERIFICATION_CONSUMER, CAMPAIGN_CONSUMER, TASK_CONSUMER = "tickets", "ticket_campaigns", "ticket_tasks"
CHECKED = "verification.checked"
VERIFICATION_EVENTS = (CHECKED, "verification.approved", "verification.reopened")
MEMBERSHIP_EVENTS = ("task.added_to_campaign", "task.removed_from_campaign")
CAMPAIGN_EVENTS = (*MEMBERSHIP_EVENTS, "campaign.updated", "campaign.archived", "campaign.restored")
TASK_EVENTS = (
    "task.created",
    "task.updated",
    "task.due_date_moved",
    "finding.updated",
    "finding.dismissal_expired",
)
TRACKERS = [name for name, provider_class in PROVIDER_CLASSES.items() if issubclass(provider_class, Tracker)]


def consume_verifications(batch: EventBatch) -> None:
    """Reopen tickets after failed checks, and request syncs after verdicts."""
    for event in batch.events:
        verification = Verification.objects.filter(pk=event.subject_id).first()
        if verification is None:
            continue
        links = list(_links(task=verification.task_id).order_by("id"))
        # Approvals and reopenings change the task itself, which a sync pushes.
        if event.name == CHECKED:
            links = _report_failure(event, verification, links)
        _request_syncs(link.integration for link in links)


def _report_failure(event: Event, verification: Verification, links: list[TicketLink]) -> list[TicketLink]:
    if CheckStatus.FAILED not in event.data["statuses"] or verification.result != Result.PENDING:
        return []
    for link in links:
        TicketComment.objects.get_or_create(link=link, verification=verification)
    closed = [link for link in links if link.last_synced["ticket"]["state"] == TicketState.CLOSED.value]
    # A closed ticket contradicts the failure: with its task in progress, the next sync reopens it.
    if closed and Task.objects.filter(pk=verification.task_id, status=Task.Status.READY_VERIFY).exists():
        tasks.update(verification.task_id, changes={"status": Task.Status.IN_PROGRESS}, by=BY_INTEGRATION)
    return links


def consume_campaigns(batch: EventBatch) -> None:
    """Update the tickets of tasks whose campaigns changed."""
    if batch.name in MEMBERSHIP_EVENTS:
        _request_push({event.subject_id for event in batch.events})
        return
    for event in batch.events:
        # A ticket shows the name of a campaign and nothing else of it.
        if event.name != "campaign.updated" or "name" in event.data["after"]:
            _request_push(CampaignTask.objects.filter(campaign=event.subject_id).values("task"))


def _request_push(task_ids: Any) -> None:
    links = _links(task__in=task_ids)
    integrations = {link.integration for link in links}
    # A sync pushes the tasks that are not marked as synced.
    links.update(task_synced_at=None, updated_at=timezone.now())
    _request_syncs(integrations)


def consume_tasks(batch: EventBatch) -> None:
    """Request a sync of the project's trackers."""
    if any(concerns_tickets(event) for event in batch.events):
        connected = Integration.objects.filter(
            project=batch.project_id, provider__in=TRACKERS, project__archived_at=None
        )
        _request_syncs(connected.exclude(status=Integration.Status.DISCONNECTED))


def concerns_tickets(event: Event) -> bool:
    """Return whether an event of a task or finding changes what its ticket shows."""
    # A change that a sync has read from a ticket is not sent back to it.
    if event.actor == BY_INTEGRATION.kind:
        return False
    if event.name != "finding.updated":
        return True
    # A ticket shows only whether the finding is dismissed.
    before, after = (_status(event.data.get(side)) for side in ("before", "after"))
    return before != after and FindingStatus.DISMISSED in (before, after)


def _status(values: Any) -> str | None:
    return values.get("status") if isinstance(values, dict) else None


def _links(**of_tasks: Any) -> QuerySet[TicketLink]:
    linked = TicketLink.objects.filter(state=TicketLink.State.LINKED, **of_tasks)
    connected = linked.exclude(integration__status=Integration.Status.DISCONNECTED)
    return connected.select_related("integration__project")


def _request_syncs(integrations: Iterable[Integration]) -> None:
    # Locked in one order, so that two batches at once do not deadlock.
    for integration in sorted(set(integrations), key=lambda row: row.pk):
        services.request_sync(integration)
