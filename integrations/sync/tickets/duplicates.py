"""Close the second ticket of a task: created by a worker that was paused while another took over its lease."""

from collections.abc import Sequence

from django.db.models import CharField
from django.db.models.functions import Cast

from integrations.models import TicketLink
from integrations.providers.tickets import Tracker
from integrations.providers.types import Ticket, TicketState
from integrations.sync.context import MISSING_TICKET_ADVICE, SyncContext, skip_if_refused


def close_duplicates(context: SyncContext, tracker: Tracker, copies: Sequence[Ticket]) -> None:
    """Close the tickets that are not linked, but that another attempt created for a task with a ticket.

    Closed tickets with a marker are closed again: an interrupted sync may have left requests to be sent.
    """
    marked = {ticket.external_id: ticket for ticket in copies if ticket.attempt}
    if not marked:
        return
    # Compared as text, since people can write anything into a marker.
    links = context.links.annotate(marker=Cast("task_id", CharField()))
    by_marker = {link.marker: link for link in links.filter(marker__in={t.marker for t in marked.values()})}
    for ticket in marked.values():
        link = by_marker.get(ticket.marker)
        if link is not None and link.external_id != ticket.external_id:
            with skip_if_refused(context, link.key, if_missing=MISSING_TICKET_ADVICE):
                _close_if_duplicate(context, tracker, ticket, link)


def _close_if_duplicate(context: SyncContext, tracker: Tracker, ticket: Ticket, link: TicketLink) -> None:
    original = tracker.get_ticket(link.external_id)
    # People copy tickets with their markers: a copy has the attempt of its original. Where the original was closed
    # without a fix, a person may have kept this one instead.
    is_copy = original.attempt in ("", ticket.attempt)
    if is_copy or original.state == TicketState.DROPPED:
        return
    tracker.close_duplicate(ticket, original)
    context.sync_run.pushed += 1
    context.log_note(
        f"{ticket.key} was closed: a delayed request had created it in addition to {original.key}."
    )
