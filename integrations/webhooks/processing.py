"""The tickets that a provider called about are looked at, each as it is now."""

from collections.abc import Sequence

from django.utils import timezone

from integrations.models import Delivery, ExternalLink
from integrations.providers.base import Tracker
from integrations.sync import three_way_merge as comparison
from integrations.sync import ticket_sync as tickets
from integrations.sync.run import Run, one_ticket

AT_ONCE = 200
SEPARATORS = ("#", "/")  # before the last part of a ticket's id


def take_in(run: Run, tracker: Tracker) -> None:
    """Look at what was reported, in lots; what is known already, our own change among it, is not asked for."""
    waiting = Delivery.objects.filter(integration=run.row, done_at__isnull=True).order_by("id")
    while lot := list(waiting[:AT_ONCE]):
        newest = {ticket: delivery.changed_at for delivery in lot for ticket in delivery.tickets}
        for link in _links(run, list(newest)):
            changed_at = newest[_last_part(link.external_id)]
            known = comparison.changed_at(link.last_synced)
            if changed_at is None or known is None or changed_at > known:
                _look(run, tracker, link)
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in lot]).update(done_at=timezone.now())


def _look(run: Run, tracker: Tracker, link: ExternalLink) -> None:
    with one_ticket(run, tracker, link.key):
        ticket = tracker.ticket(link.external_id)
        if link.last_synced["remote"] != comparison.remote(ticket):
            tickets.take_in(run, link, ticket)


def _links(run: Run, wanted: Sequence[str]) -> list[ExternalLink]:
    """Return the links of these tickets: all of an integration's ids begin alike, so that an index finds them."""
    linked = ExternalLink.objects.filter(integration=run.row, state=ExternalLink.State.LINKED)
    first = linked.values_list("external_id", flat=True).first()
    if first is None:
        return []
    start = first.removesuffix(_last_part(first))
    found = linked.filter(external_id__in=[start + each for each in wanted])
    return list(found.select_related("task__finding").order_by("id"))


def _last_part(external_id: str) -> str:
    return external_id[max(external_id.rfind(separator) for separator in SEPARATORS) + 1 :]
