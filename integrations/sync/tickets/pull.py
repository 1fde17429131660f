"""Tasks follow their changed tickets: those that webhooks report, and those of a scheduled sync."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.models import SyncConflict, TicketLink, WebhookDelivery
from integrations.providers.tickets import Tracker
from integrations.providers.types import DISMISSED, Ticket, TicketState
from integrations.sync.context import BY_INTEGRATION, MISSING_TICKET_ADVICE, SyncContext, skip_if_refused
from integrations.sync.tickets import conflicts, duplicates
from integrations.sync.tickets.three_way_merge import (
    agreed_values,
    draft_of,
    is_open_on_one_side,
    last_change,
    merge,
    ticket_values,
)
from remediation.locks import LockedTask, lock_task
from remediation.models import Task
from remediation.services import tasks

Field = SyncConflict.Field
# Providers' clocks and search indexes lag behind: the last minutes are read again.
READ_OVERLAP = timedelta(minutes=5)
# Between our clock and that of a self-hosted provider.
MAX_CLOCK_SKEW = timedelta(days=1)
CURSOR_KEY = "tickets_since"  # by the provider's clock
IN_PROGRESS = (Task.Status.IN_PROGRESS, Task.Status.READY_VERIFY)
MAX_UNLISTED = 20  # of either kind, a run; each costs a request
MAX_PULL_REQUESTS = 50  # a run; each costs a request
REFUSED_KEY = "pull_requests_refused"  # in the cursor: links whose pull requests the last sync was refused
DELIVERIES_BATCH_SIZE = 200
SEPARATORS = ("#", "/")  # before the last part of a ticket's id


def process_deliveries(context: SyncContext, tracker: Tracker) -> None:
    """Request the current state of each ticket in a stored webhook delivery; its task follows."""
    waiting = WebhookDelivery.objects.filter(integration=context.integration, processed_at__isnull=True)
    while batch := list(waiting.order_by("id")[:DELIVERIES_BATCH_SIZE]):
        changes = _latest_changes(batch)
        for link in _links_of(context, list(changes)):
            # Our own pushes come back as deliveries: a change that is known already costs no request.
            if not _is_known(link, changes[_last_part(link.external_id)]):
                _read_and_merge(context, tracker, link)
        processed = WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in batch])
        processed.update(processed_at=timezone.now())


def _latest_changes(deliveries: Sequence[WebhookDelivery]) -> dict[str, datetime | None]:
    """Return the time of the last change of each ticket; None if a delivery has none."""
    changes: dict[str, list[datetime | None]] = defaultdict(list)
    for delivery in deliveries:
        for number in delivery.ticket_ids:
            changes[number].append(delivery.changed_at)
    # Deliveries arrive in any order: an older one says nothing about a later change.
    return {
        number: None if None in times else max(time for time in times if time)
        for number, times in changes.items()
    }


def _is_known(link: TicketLink, changed_at: datetime | None) -> bool:
    known = last_change(link.last_synced)
    return changed_at is not None and known is not None and changed_at <= known


def _links_of(context: SyncContext, numbers: Sequence[str]) -> list[TicketLink]:
    # A delivery has only the last part of an id. All ids of an integration have the same prefix, so that full ids
    # can be composed, which an index finds; a search by suffix would read all links.
    first = context.links.values_list("external_id", flat=True).first()
    if first is None:
        return []
    prefix = first.removesuffix(_last_part(first))
    found = context.links.filter(external_id__in=[prefix + number for number in numbers])
    return list(found.select_related("task").order_by("id"))


def _last_part(external_id: str) -> str:
    return external_id[max(external_id.rfind(separator) for separator in SEPARATORS) + 1 :]


def pull_tickets(context: SyncContext, tracker: Tracker) -> None:
    started_at = timezone.now()
    first = context.links.order_by("created_at").values_list("created_at", flat=True).first()
    if first is None:
        return
    cursor = context.integration.cursor.get(CURSOR_KEY)
    since = newest = datetime.fromisoformat(cursor) if cursor else first - MAX_CLOCK_SKEW
    copies: dict[str, Ticket] = {}
    for page in tracker.changed_tickets(since - READ_OVERLAP):
        context.checkpoint()
        _merge_tickets(context, tracker, page)
        copies |= _copies(context, page)
        newest = max([newest, *(ticket.updated_at for ticket in page)])
    left_out = context.take_unreadable()
    context.note_unreadable("tickets", left_out)
    context.links.filter(external_id__in=left_out).update(read_at=None)
    _follow_moved_back(
        context, tracker, {ticket.marker: ticket for ticket in copies.values() if ticket.marker}
    )
    duplicates.close_duplicates(context, tracker, list(copies.values()))
    _request_unlisted(context, tracker)
    _find_pull_requests(context, tracker)
    # The next sync continues at the newest change, whose time is the provider's; its clock may be late. A change made
    # while the pages are read is not missed.
    until = min(newest, started_at)
    # An unreadable ticket without an id could be any ticket: the next sync reads the same changes again.
    context.integration.cursor[CURSOR_KEY] = (since if "" in left_out else until).isoformat()


def _merge_tickets(context: SyncContext, tracker: Tracker, page: Sequence[Ticket]) -> None:
    by_id = {ticket.external_id: ticket for ticket in page}
    outdated = []
    links = context.links.filter(external_id__in=by_id)
    links.update(read_at=timezone.now())
    for link in links.select_related("task"):
        ticket, known = by_id[link.external_id], last_change(link.last_synced)
        if known is not None and ticket.updated_at < known:
            outdated.append(link)
        else:
            _merge_if_changed(context, link, ticket)
    # A vendor's search may lag behind what a webhook has reported: it would take the task back.
    for link in outdated:
        _read_and_merge(context, tracker, link)


def _copies(context: SyncContext, page: Sequence[Ticket]) -> dict[str, Ticket]:
    """Return the tickets that have the marker of a task, but are not linked, by their ids."""
    marked = {ticket.external_id: ticket for ticket in page if ticket.marker and not ticket.is_moved}
    return {external_id: marked[external_id] for external_id in unlinked(context, list(marked))}


def unlinked(context: SyncContext, external_ids: Sequence[str]) -> list[str]:
    linked = set(context.links.filter(external_id__in=external_ids).values_list("external_id", flat=True))
    return [external_id for external_id in external_ids if external_id not in linked]


def _follow_moved_back(context: SyncContext, tracker: Tracker, copies: Mapping[str, Ticket]) -> None:
    """Link the tickets that were moved to another project and back, where each move makes a new one."""
    if not copies:
        return
    dropped = context.links.filter(last_synced__ticket__state=TicketState.DROPPED.value)
    for link in [link for link in dropped.order_by("id") if str(link.task_id) in copies]:
        with skip_if_refused(context, link.key):
            # People copy issues, too: only the copy of a moved one takes its place.
            if tracker.get_ticket(link.external_id).is_moved:
                _relink(context, link.pk, copies[str(link.task_id)])


@transaction.atomic
def _relink(context: SyncContext, link_id: UUID, ticket: Ticket) -> None:
    conflicts.close_conflicts([link_id])
    link = TicketLink.objects.select_for_update(of=("self",)).get(pk=link_id)
    link.external_id = ticket.external_id
    # As if the ticket had been open: a person may have closed or started it since the move.
    link.last_synced["ticket"] |= {
        "state": TicketState.OPEN.value,
        "updated_at": ticket.updated_at.isoformat(),
    }
    if link.last_synced["task"]["status"] in (DISMISSED, Task.Status.DONE):
        link.last_synced["task"]["status"] = ""  # the new ticket is open: closing it is still to be sent
    link.task_synced_at = None
    conflicts.resume(link)
    link.save()
    merge_ticket(context, link_id, ticket)


def _request_unlisted(context: SyncContext, tracker: Tracker) -> None:
    """Request tickets that no list contains: this finds moved and deleted tickets within a day."""
    links, yesterday = context.links.select_related("task"), timezone.now() - timedelta(days=1)
    # In any order, so that many refused tickets do not delay the others.
    unlisted = links.filter(read_at=None).order_by("?")[:MAX_UNLISTED]
    unread = links.filter(task__status__in=Task.OPEN, read_at__lt=yesterday).order_by("read_at")
    for link in [*unlisted, *unread[:MAX_UNLISTED]]:
        _read_and_merge(context, tracker, link)


def _read_and_merge(context: SyncContext, tracker: Tracker, link: TicketLink) -> None:
    with skip_if_refused(context, link.key, if_missing=MISSING_TICKET_ADVICE):
        # Repeated by each sync until it is answered, so that the log names the ticket until a person acts.
        _set_read(link, None if link.task.status in Task.OPEN else timezone.now())
        ticket = tracker.get_ticket(link.external_id)
        _merge_if_changed(context, link, ticket)
        _set_read(link, timezone.now() if ticket.is_listed else None)


def _set_read(link: TicketLink, moment: datetime | None) -> None:
    TicketLink.objects.filter(pk=link.pk).update(read_at=moment)


def _merge_if_changed(context: SyncContext, link: TicketLink, ticket: Ticket) -> None:
    if link.last_synced["ticket"] != ticket_values(ticket) or link.key != ticket.key:
        merge_ticket(context, link.pk, ticket)


@transaction.atomic
def merge_ticket(context: SyncContext, link_id: UUID, ticket: Ticket) -> None:
    """Merge a changed ticket into its task: lock, compare, update, and store the values that both agree on."""
    # No transaction is open during a request: the ticket was read before these rows are locked.
    task_id = TicketLink.objects.values_list("task_id", flat=True).get(pk=link_id)
    locked = lock_task(task_id)
    link = TicketLink.objects.select_for_update(of=("self",)).get(pk=link_id)
    context.require_lease()
    link.task = locked.task
    draft = draft_of(locked.task)
    merged = merge(link.last_synced, draft, ticket)
    if "state" in merged.conflicts:
        conflicts.open_conflict(context, link, Field.STATE, ticket.state.value, merged.conflicts["state"])
        link.last_synced["task"]["status"] = draft.status  # a person decides: ours is not pushed
    elif not is_open_on_one_side(draft, ticket):
        # Comments and labels decide nothing.
        conflicts.close_conflict(link, Field.STATE)
    if merged.new_task_state and conflicts.count_state_change(context, link, ticket):
        _update_task(context, link, ticket, locked, merged.new_task_state)
    link.last_synced["ticket"] = agreed_values(link.last_synced, ticket)
    if ticket.key != link.key:
        _follow_key(link, ticket)
    link.pull_request_due = True
    if not ticket.is_listed:
        link.read_at = None
    fields = ["last_synced", "state_changes", "halted_at", "key", "url", "pull_request_due", "read_at"]
    link.save(update_fields=[*fields, "updated_at"])


def _follow_key(link: TicketLink, ticket: Ticket) -> None:
    # A ticket that was moved to another project or team has another key.
    if link.task.external_ticket_key == link.key:
        tasks.link_ticket(link.task_id, key=ticket.key, by=BY_INTEGRATION)
    link.key, link.url = ticket.key, ticket.url


def _update_task(
    context: SyncContext, link: TicketLink, ticket: Ticket, locked: LockedTask, state: str
) -> None:
    was_done = locked.task.status == Task.Status.DONE
    problems = tasks.follow_ticket(locked, state=state, by=BY_INTEGRATION)
    context.sync_run.pulled += 1
    for problem in problems:
        if was_done:
            conflicts.open_conflict(context, link, Field.STATE, ticket.state.value, problem)
        else:
            context.log_refusal(ticket.key, problem)


def _find_pull_requests(context: SyncContext, tracker: Tracker) -> None:
    # Tasks in progress are included, since at some vendors a pull request that refers to a ticket does not change it.
    without = context.links.filter(Q(task__pr_url__isnull=True) | Q(task__pr_url=""))
    wanted = without.filter(Q(pull_request_due=True) | Q(task__status__in=IN_PROGRESS))
    # A refusal may be temporary: the request is repeated by one more sync, not by all, as refusals may also last.
    cursor = context.integration.cursor
    refused, refused_before = [], cursor.pop(REFUSED_KEY, [])
    for link in wanted.order_by("-task__updated_at")[:MAX_PULL_REQUESTS]:
        is_settled = str(link.pk) in refused_before
        with skip_if_refused(context, link.key, if_missing=MISSING_TICKET_ADVICE):
            url = tracker.find_pull_request(link.external_id)
            is_settled = True
            if url:
                tasks.link_ticket(link.task_id, pr_url=url[:2000], by=BY_INTEGRATION)
                context.sync_run.pulled += 1
        if is_settled:
            TicketLink.objects.filter(pk=link.pk).update(pull_request_due=False)
        else:
            refused.append(str(link.pk))
    if refused:
        cursor[REFUSED_KEY] = refused
