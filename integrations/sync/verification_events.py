from collections.abc import Iterable

from django.db.models import QuerySet

from events.models import Event
from events.outbox import EventBatch
from integrations import services
from integrations.models import Integration, TicketComment, TicketLink
from integrations.providers.types import TicketState
from integrations.sync.run import BY_INTEGRATION
from remediation.models import CheckStatus, Result, Task, Verification
from remediation.services import tasks

CONSUMER = "tickets"
CHECKED = "verification.checked"
EVENTS = (CHECKED, "verification.approved", "verification.reopened")


def consume(batch: EventBatch) -> None:
    """Reopen tickets after failed checks, and request syncs after verdicts. Idempotent."""
    for event in batch.events:
        verification = Verification.objects.filter(pk=event.subject_id).first()
        if verification is None:
            continue
        links = list(_links(verification))
        # Approvals and reopenings change the task itself, which a sync pushes.
        if event.name == CHECKED:
            links = _report_failure(event, verification, links)
        for integration in {link.integration for link in links}:
            services.request_sync(integration)


def _links(verification: Verification) -> QuerySet[TicketLink]:
    linked = TicketLink.objects.filter(task_id=verification.task_id, state=TicketLink.State.LINKED)
    connected = linked.exclude(integration__status=Integration.Status.DISCONNECTED)
    return connected.select_related("integration__project").order_by("id")


def _report_failure(
    event: Event, verification: Verification, links: Iterable[TicketLink]
) -> list[TicketLink]:
    if CheckStatus.FAILED not in event.data["statuses"] or verification.result != Result.PENDING:
        return []
    reported = list(links)
    for link in reported:
        TicketComment.objects.get_or_create(link=link, verification=verification)
    closed = [link for link in reported if link.last_synced["ticket"]["state"] == TicketState.CLOSED.value]
    # A closed ticket contradicts the failure: with its task in progress, the next sync reopens it.
    if closed and Task.objects.filter(pk=verification.task_id, status=Task.Status.READY_VERIFY).exists():
        tasks.update(verification.task_id, changes={"status": Task.Status.IN_PROGRESS}, by=BY_INTEGRATION)
    return reported
