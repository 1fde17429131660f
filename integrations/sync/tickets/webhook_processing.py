"""Process stored deliveries: the current state of each reported ticket is requested, and its task follows."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from integrations.models import TicketLink, WebhookDelivery
from integrations.providers.tickets import Tracker
from integrations.sync.run import SyncContext, skip_if_refused
from integrations.sync.tickets.pull import follow_ticket
from integrations.sync.tickets.three_way_merge import last_change, ticket_values

BATCH_SIZE = 200
SEPARATORS = ("#", "/")  # before the last part of a ticket's id


def process_deliveries(context: SyncContext, tracker: Tracker) -> None:
    """Process deliveries in batches; tickets whose change is known, such as by our own push, are not requested."""
    waiting = WebhookDelivery.objects.filter(integration=context.integration, processed_at__isnull=True)
    while batch := list(waiting.order_by("id")[:BATCH_SIZE]):
        changes = {number: delivery.changed_at for delivery in batch for number in delivery.ticket_ids}
        for link in _links(context, list(changes)):
            if _is_news(link, changes[_last_part(link.external_id)]):
                with skip_if_refused(context, tracker, link.key):
                    ticket = tracker.get_ticket(link.external_id)
                    if link.last_synced["ticket"] != ticket_values(ticket):
                        follow_ticket(context, link.pk, ticket)
        processed = WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in batch])
        processed.update(processed_at=timezone.now())


def _is_news(link: TicketLink, changed_at: datetime | None) -> bool:
    known = last_change(link.last_synced)
    return changed_at is None or known is None or changed_at > known


def _links(context: SyncContext, numbers: Sequence[str]) -> list[TicketLink]:
    """Return the links of these tickets. All ids of an integration have the same prefix: an index finds them."""
    first = context.links.values_list("external_id", flat=True).first()
    if first is None:
        return []
    prefix = first.removesuffix(_last_part(first))
    found = context.links.filter(external_id__in=[prefix + number for number in numbers])
    return list(found.order_by("id"))


def _last_part(external_id: str) -> str:
    return external_id[max(external_id.rfind(separator) for separator in SEPARATORS) + 1 :]
