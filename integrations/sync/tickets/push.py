"""Create the tickets of tasks, one each, and update those of changed tasks."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.defaultfilters import pluralize
from django.utils import timezone

from findings.models import FindingStatus
from integrations.errors import IntegrationChanged
from integrations.models import SyncConflict, TicketLink
from integrations.providers.errors import ProviderRefused, ProviderUnavailable, ResourceMissing
from integrations.providers.tickets import IssueTracker, Tracker
from integrations.providers.types import DISMISSED, Ticket, TicketDraft, TicketState
from integrations.sync.context import BY_INTEGRATION, MISSING_TICKET_ADVICE, SyncContext, skip_if_refused
from integrations.sync.tickets import conflicts
from integrations.sync.tickets.pull import CURSOR_KEY, MAX_CLOCK_SKEW, merge_ticket, unlinked
from integrations.sync.tickets.three_way_merge import (
    Merge,
    agreed_values,
    draft_of,
    merge,
    task_values,
    ticket_values,
)
from krafter_audit.db import leases
from remediation.models import Task
from remediation.services import tasks

State = TicketLink.State
IS_DISMISSED = Q(task__finding__status=FindingStatus.DISMISSED) & ~Q(task__status=Task.Status.DONE)
HAS_NO_TICKET_KEY = Q(task__external_ticket_key__isnull=True) | Q(task__external_ticket_key="")
BATCH_SIZE = 100
# In `earlier`: the values of the last ticket, whose id changes when it is moved or its repository is renamed.
LAST_KEY = "last"
SERVER_KEY = "server"  # in the cursor: the address of the API at the last sync
NOT_TRIED = Q(last_synced={}) & ~Q(earlier={})  # of a link that lost its ticket: no new one was requested


def push_tasks(context: SyncContext, tracker: Tracker) -> None:
    """Create missing tickets, then update those of changed tasks."""
    _replace_missing(context, tracker)
    _finish_unconfirmed(context, tracker)
    for task in _tasks_without_ticket(context).iterator(BATCH_SIZE):
        with skip_if_refused(context, task.title):
            # Stored before the request: after a crash, _finish_unconfirmed searches for the ticket instead of
            # creating a second.
            link, _ = TicketLink.objects.get_or_create(integration=context.integration, task=task)
            _create_ticket(context, tracker, link)
    for link in _links_of_changed_tasks(context).iterator(BATCH_SIZE):
        with skip_if_refused(context, link.key, if_missing=MISSING_TICKET_ADVICE):
            _update_ticket(context, tracker, link)


def wait_for_unconfirmed(context: SyncContext, tracker: Tracker) -> None:
    """Continue the sync once the vendor's search must show the last created ticket."""
    tried_at = _unconfirmed(context).order_by("-updated_at").values_list("updated_at", flat=True).first()
    if tried_at is not None:
        raise ProviderUnavailable(
            f"{tracker.title} may have created tickets that its search does not show yet.",
            retry_at=tried_at + timedelta(seconds=tracker.search_lag + 1),
        )


def unlink_tickets_of_other_repositories(context: SyncContext, tracker: Tracker) -> None:
    """Mark tickets outside the connected repository for creation in it.

    After a change back, the markers of the earlier tickets are found again.
    """
    links = context.links.values_list("pk", "external_id").iterator(BATCH_SIZE)
    elsewhere = [pk for pk, external_id in links if not tracker.owns(external_id)]
    _unlink_elsewhere(context, elsewhere, tracker.server)


def unlink_tickets_of_another_server(context: SyncContext, tracker: Tracker) -> None:
    """Mark all tickets for creation if the repository is on another server than at the last sync.

    An issue's id does not name its server: the same number is another issue there.
    """
    cursor = context.integration.cursor
    known = cursor.get(SERVER_KEY, tracker.server)
    cursor[SERVER_KEY] = tracker.server
    if isinstance(tracker, IssueTracker) and known != tracker.server:
        _unlink_elsewhere(context, list(context.links.values_list("pk", flat=True)), known)


def _unlink_elsewhere(context: SyncContext, elsewhere: Collection[UUID], server: str) -> None:
    if elsewhere:
        context.integration.cursor.pop(CURSOR_KEY, None)
        _unlink(elsewhere, server)
        context.log_note(
            f"{len(elsewhere)} task{pluralize(elsewhere)} had a ticket in another repository or project: the connected"
            " one gets a new one for each."
        )


def _replace_missing(context: SyncContext, tracker: Tracker) -> None:
    """Mark deleted tickets for creation whose keys a person has cleared; a ticket that exists keeps its task."""
    for link in context.links.filter(HAS_NO_TICKET_KEY).select_related("task").order_by("created_at", "id"):
        with skip_if_refused(context, link.task.title):
            try:
                ticket = tracker.get_ticket(link.external_id)
            except ResourceMissing:
                _unlink([link.pk], tracker.server)
            else:
                tasks.link_ticket(link.task_id, key=ticket.key, by=BY_INTEGRATION)


@transaction.atomic
def _unlink(link_ids: Collection[UUID], server: str) -> None:
    conflicts.close_conflicts(link_ids)
    _store_agreed_values(link_ids, server)
    TicketLink.transitions.update(
        TicketLink.objects.filter(pk__in=link_ids),
        State.LINKED,
        State.CREATING,
        external_id="",
        key="",
        url="",
        last_synced={},
        state_changes=[],
        halted_at=None,
        task_synced_at=None,
        updated_at=F("updated_at"),  # the time of the last attempt to create a ticket
    )


def _store_agreed_values(link_ids: Collection[UUID], server: str) -> None:
    """Store the values on which task and ticket last agreed, in case the connection is changed back."""
    for batch in batched(link_ids, BATCH_SIZE):
        links = list(TicketLink.objects.filter(pk__in=batch))
        for link in links:
            link.earlier |= {f"{server} {link.external_id}": link.last_synced, LAST_KEY: link.last_synced}
        TicketLink.objects.bulk_update(links, ["earlier"])


def _without_ticket(context: SyncContext) -> QuerySet[TicketLink]:
    """Return the links whose tickets are to be found or created."""
    creating = TicketLink.objects.filter(integration=context.integration, state=State.CREATING)
    # No ticket is created for a dismissed task until it is triaged.
    return creating.exclude(NOT_TRIED & IS_DISMISSED)


def _unconfirmed(context: SyncContext) -> QuerySet[TicketLink]:
    """Return the links whose tickets may have been created."""
    return _without_ticket(context).exclude(NOT_TRIED)


def _tasks_without_ticket(context: SyncContext) -> QuerySet[Task]:
    tasks = Task.objects.filter(project=context.integration.project, status__in=Task.OPEN)
    without = tasks.filter(Q(external_ticket_key__isnull=True) | Q(external_ticket_key=""))
    return (
        # A task with a ticket key typed in by a person gets no second ticket.
        without.exclude(ticket_links__integration=context.integration)
        .exclude(finding__status=FindingStatus.DISMISSED)
        .select_related("finding")
        .order_by("created_at", "id")
    )


def _links_of_changed_tasks(context: SyncContext) -> QuerySet[TicketLink]:
    # A finding that is dismissed, or is no longer, does not change its tasks.
    was_dismissed = Q(last_synced__task__status=DISMISSED)
    changed = context.links.exclude(
        Q(task_synced_at=F("task__updated_at"))
        & (IS_DISMISSED & was_dismissed | ~IS_DISMISSED & ~was_dismissed)
    )
    return changed.select_related("task__finding").order_by("created_at", "id")


def _finish_unconfirmed(context: SyncContext, tracker: Tracker) -> None:
    # Tickets of an interrupted run may exist, so that their markers are searched for first. A link so new that the
    # vendor's search may not show its ticket yet is left to `wait_for_unconfirmed`.
    searchable_since = timezone.now() - timedelta(seconds=tracker.search_lag)
    old_enough = _without_ticket(context).filter(NOT_TRIED | Q(updated_at__lte=searchable_since))
    links = list(old_enough.select_related("task__finding").order_by("created_at", "id"))
    if not links:
        return
    # Tickets are searched for since the oldest unconfirmed link; its ticket cannot be older.
    existing = _unlinked_tickets_by_marker(context, tracker, links)
    left_out = unlinked(context, context.take_unreadable())
    context.note_unreadable("tickets", left_out)
    for link in links:
        with skip_if_refused(context, link.task.title):
            ticket, draft = existing.get(str(link.task_id)), draft_of(link.task)
            if ticket:
                _link_ticket(context, tracker, link, tracker.complete_ticket(ticket, draft))
            elif draft.is_dismissed:
                _record_no_ticket(link)
            elif left_out:
                # One of them may be the ticket of this task: the run ends by waiting for it.
                context.log_refusal(link.task.title, "Its ticket may be one that this version cannot read.")
            else:
                _create_ticket(context, tracker, link)


def _unlinked_tickets_by_marker(
    context: SyncContext, tracker: Tracker, links: Sequence[TicketLink]
) -> dict[str, Ticket]:
    found: dict[str, Ticket] = {}
    # Only the tickets of these tasks: those of all others, with their texts, may be many.
    wanted = {str(link.task_id) for link in links}
    moved = {
        tracker.id_after_move(earlier.removeprefix(f"{tracker.server} ")): str(link.task_id)
        for link in links
        for earlier in link.earlier
        if earlier.startswith(f"{tracker.server} ")
    }
    for page in tracker.changed_tickets(links[0].created_at - MAX_CLOCK_SKEW):
        context.checkpoint()
        marked = [(ticket.marker or moved.get(ticket.external_id), ticket) for ticket in page]
        found |= {marker: ticket for marker, ticket in marked if marker in wanted}
    # People copy issues with their markers: a linked ticket is not linked again.
    free = unlinked(context, [ticket.external_id for ticket in found.values()])
    return {marker: ticket for marker, ticket in found.items() if ticket.external_id in free}


def _create_ticket(context: SyncContext, tracker: Tracker, link: TicketLink) -> None:
    draft = replace(draft_of(link.task), attempt=str(context.integration.fence))
    if not link.last_synced:
        # A new ticket is open: the status of a closed task is still to be sent.
        link.last_synced = {"task": task_values(draft) | ({"status": ""} if draft.closed else {})}
    # Stop if another worker has taken over the lease, and linked a ticket meanwhile.
    if not _creating(link).update(last_synced=link.last_synced, updated_at=timezone.now()):
        raise IntegrationChanged
    try:
        ticket = _request_ticket(context, tracker, link, draft)
        _unlink_namesakes(context, link, ticket, tracker.server)
        _link_ticket(context, tracker, link, ticket)
    except (IntegrationChanged, ProviderUnavailable):
        # Another worker, whose own request was refused, may have deleted the link, which the next sync searches for.
        TicketLink.objects.get_or_create(
            integration=context.integration, task=link.task, defaults={"last_synced": link.last_synced}
        )
        raise


def _unlink_namesakes(context: SyncContext, link: TicketLink, ticket: Ticket, server: str) -> None:
    # A new ticket has the id of an older one only if that is gone: the numbers of a repository that was deleted and
    # created again begin with 1.
    older = context.links.filter(external_id=ticket.external_id).exclude(pk=link.pk)
    _unlink(list(older.values_list("pk", flat=True)), server)


def _request_ticket(context: SyncContext, tracker: Tracker, link: TicketLink, draft: TicketDraft) -> Ticket:
    try:
        return tracker.create_ticket(draft)
    except ProviderRefused as error:
        # After any other failure the ticket may exist, so that the link stays; here also while a search that lags may
        # not show it.
        existing = _unlinked_tickets_by_marker(context, tracker, [link]) if error.may_have_succeeded else {}
        left_out = context.take_unreadable()
        if not existing:
            if not (error.may_have_succeeded and (tracker.search_lag or left_out)):
                _record_no_ticket(link)
            raise
        return tracker.complete_ticket(existing[draft.marker], draft)


def _creating(link: TicketLink) -> QuerySet[TicketLink]:
    """Return the link as a query set that is empty once it has a ticket."""
    return TicketLink.objects.filter(pk=link.pk, state=State.CREATING)


def _record_no_ticket(link: TicketLink) -> None:
    """Store that no ticket was created."""
    if not link.earlier:
        _creating(link).delete()
        return
    # Kept: its task still has the key of the earlier ticket, so that no other link would be made for it.
    _creating(link).update(last_synced={}, updated_at=timezone.now())


@transaction.atomic
def _link_ticket(context: SyncContext, tracker: Tracker, link: TicketLink, ticket: Ticket) -> None:
    context.log_provider_notes()
    task = tasks.link_ticket(link.task_id, key=ticket.key, by=BY_INTEGRATION)
    current = task_values(draft_of(task))
    agreed = _last_agreed_values(link, tracker, ticket, current)
    is_linked = TicketLink.transitions.update(
        _creating(link),
        State.CREATING,
        State.LINKED,
        external_id=ticket.external_id,
        key=ticket.key,
        url=ticket.url,
        last_synced=agreed,
        # A task that changed while its ticket was created, or before the ticket was found, is pushed again.
        task_synced_at=task.updated_at if agreed["task"] == current else None,
    )
    if not is_linked:
        # Another worker has linked one while this one was paused. Its next sync closes this ticket (duplicates.py).
        raise IntegrationChanged
    context.sync_run.pushed += 1
    if agreed["ticket"] != ticket_values(ticket):
        merge_ticket(context, link.pk, ticket)


def _last_agreed_values(
    link: TicketLink, tracker: Tracker, ticket: Ticket, current: dict[str, Any]
) -> dict[str, Any]:
    """Return the values on which both sides last agreed: a person may have changed a ticket before it is linked."""
    sent = link.last_synced.get("task")
    last = {} if sent else link.earlier.get(LAST_KEY, {})
    earlier = link.earlier.get(f"{tracker.server} {ticket.external_id}", last)
    task, found = earlier.get("task") or sent or current, ticket_values(ticket)
    values = earlier.get("ticket") or found
    if not earlier and _was_changed_by_person(ticket, sent) or _awaits_decision(ticket, task, current):
        values = {**values, "state": TicketState.OPEN.value}
    if not earlier and sent:
        draft = replace(draft_of(link.task), title=sent["title"])
        if ticket.title != tracker.shown_title(draft):  # the title of a person, which is not overwritten
            values = {**values, "title": sent["title"]}
    return {"task": task, "ticket": values}


def _was_changed_by_person(ticket: Ticket, sent: dict[str, Any] | None) -> bool:
    # A new ticket is open, and started only for a task that is.
    is_started = ticket.state == TicketState.STARTED and sent is not None and sent["status"] == "backlog"
    return ticket.state.is_closed or is_started


def _awaits_decision(ticket: Ticket, task: dict[str, Any], current: dict[str, Any]) -> bool:
    # Closed without a fix for a task that is open on both sides: the conflict was closed with the link.
    is_open = not {task["status"], current["status"]} & {DISMISSED, Task.Status.DONE.value}
    return ticket.state == TicketState.DROPPED and is_open


def _update_ticket(context: SyncContext, tracker: Tracker, link: TicketLink) -> None:
    ticket = tracker.get_ticket(link.external_id)
    if ticket.state.value != link.last_synced["ticket"]["state"] or ticket.key != link.key:
        merge_ticket(context, link.pk, ticket)
        # The merge has changed the task and the link.
        link = TicketLink.objects.select_related("task__finding").get(pk=link.pk)
    # The task's time as read: a change during the request is newer, and pushed by the next sync.
    read_at, synced_at, draft = link.updated_at, link.task.updated_at, draft_of(link.task)
    sent_title = tracker.shown_title(draft)
    merged = merge(link.last_synced, draft, ticket, sent_title)
    _log_title_conflict(context, link, ticket, merged)
    if "closed" in merged.push and not conflicts.count_state_change(context, link, ticket):
        # A halted link: its state waits for a person, but the other fields are still synced.
        merged.push -= {"closed", "status"}
    if merged.push:
        context.checkpoint()
        ticket = _without_state_change(tracker.update_ticket(ticket, draft, merged.push), ticket, merged)
        context.log_provider_notes()
    is_ignored = _is_ignored(draft, ticket, merged)
    if is_ignored:
        action = "close" if draft.closed else "reopen"
        reason = f"{tracker.title} accepted the change, but did not {action} the ticket."
        context.log_refusal(link.key, reason)
    elif merged.push:
        context.sync_run.pushed += 1
    last_synced = _last_synced(link, draft, ticket, merged, sent_title)
    is_saved = _save_if_unresolved(
        link,
        read_at,
        last_synced=last_synced,
        task_synced_at=None if is_ignored else synced_at,
        state_changes=link.state_changes,
        halted_at=link.halted_at,
    )
    if not is_saved and merged.push:
        _push_again_if_lease_lost(context, link, last_synced)


def _without_state_change(updated: Ticket, read: Ticket, merged: Merge) -> Ticket:
    """Return the updated ticket without the state that a person has changed since it was read.

    The next sync finds that change, and the task follows it.
    """
    if "closed" in merged.push or updated.state.is_closed == read.state.is_closed:
        return updated
    return replace(updated, state=read.state, updated_at=read.updated_at)


def _is_ignored(draft: TicketDraft, ticket: Ticket, merged: Merge) -> bool:
    """Return whether a vendor accepted a change of the state, but did not make it."""
    return "closed" in merged.push and draft.closed != ticket.state.is_closed


def _log_title_conflict(context: SyncContext, link: TicketLink, ticket: Ticket, merged: Merge) -> None:
    if "title" in merged.conflicts:
        reason = merged.conflicts["title"]
        conflicts.open_conflict(context, link, SyncConflict.Field.TITLE, ticket.title, reason)
    else:
        conflicts.close_conflict(link, SyncConflict.Field.TITLE)


def _last_synced(
    link: TicketLink, draft: TicketDraft, ticket: Ticket, merged: Merge, sent_title: str
) -> dict[str, Any]:
    task = task_values(draft)
    if "title" in merged.conflicts:
        task["title"] = link.last_synced["task"]["title"]
    if _is_ignored(draft, ticket, merged):
        # The next sync sends it again, until the link is halted.
        task["status"] = link.last_synced["task"]["status"]
    # Equal without a push: the answer to an earlier one was lost.
    is_agreed = "title" in merged.push or ticket.title in (draft.title, sent_title)
    return {
        "task": task,
        "ticket": ticket_values(ticket) if is_agreed else agreed_values(link.last_synced, ticket),
    }


def _save_if_unresolved(link: TicketLink, read_at: datetime, **changes: Any) -> bool:
    # If a person has resolved a conflict of the link meanwhile, that choice must not be overwritten.
    same = TicketLink.objects.filter(pk=link.pk, updated_at=read_at)
    return bool(same.update(**changes, updated_at=timezone.now()))


def _push_again_if_lease_lost(context: SyncContext, link: TicketLink, last_synced: dict[str, Any]) -> None:
    """Let the next sync push the task again: this late request has overwritten what another worker sent."""
    if not leases.owned(context.integration).exists():
        same = context.links.filter(pk=link.pk, external_id=link.external_id)
        same.update(last_synced=last_synced, task_synced_at=None, updated_at=timezone.now())
