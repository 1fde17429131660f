"""What becomes of a verification goes to the tickets: failed checks open them again, verdicts move them at once."""

from collections.abc import Iterable

from django.db.models import QuerySet

from events.models import Event
from events.outbox import EventBatch
from integrations import services
from integrations.models import ExternalLink, Integration, Remark
from integrations.providers.base import State
from integrations.running import BY_INTEGRATION
from remediation.models import CheckStatus, Result, Task, Verification
from remediation.services import tasks

CONSUMER = "tickets"
CHECKED = "verification.checked"
EVENTS = (CHECKED, "verification.approved", "verification.reopened")


def read(batch: EventBatch) -> None:
    """Take in what was read of the record. Read twice, it does its work once."""
    for event in batch.events:
        verification = Verification.objects.filter(pk=event.subject_id).first()
        if verification is None:
            continue
        links = list(_links(verification))
        if event.name == CHECKED:
            links = _take_failure_in(event, verification, links)
        for integration in {link.integration for link in links}:
            services.wake(integration)


def _links(verification: Verification) -> QuerySet[ExternalLink]:
    linked = ExternalLink.objects.filter(task_id=verification.task_id, state=ExternalLink.State.LINKED)
    connected = linked.exclude(integration__status=Integration.Status.DISCONNECTED)
    return connected.select_related("integration__project").order_by("id")


def _take_failure_in(
    event: Event, verification: Verification, links: Iterable[ExternalLink]
) -> list[ExternalLink]:
    """Tell each ticket which checks failed; the task goes back to work where its ticket was closed."""
    if CheckStatus.FAILED not in event.data["statuses"] or verification.result != Result.PENDING:
        return []
    told = list(links)
    for link in told:
        Remark.objects.get_or_create(link=link, verification=verification)
    closed = [link for link in told if link.last_synced["remote"]["state"] == State.CLOSED.value]
    if closed and Task.objects.filter(pk=verification.task_id, status=Task.Status.READY_VERIFY).exists():
        tasks.update(verification.task_id, changes={"status": Task.Status.IN_PROGRESS}, by=BY_INTEGRATION)
    return told
