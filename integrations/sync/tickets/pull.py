"""Tickets that changed at the provider move their tasks. No transaction is open during a request."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.models import SyncConflict, TicketLink
from integrations.providers.tickets import Tracker
from integrations.providers.types import Ticket
from integrations.sync.run import BY_INTEGRATION, SyncContext, skip_if_refused
from integrations.sync.tickets import conflicts, loop_breaker
from integrations.sync.tickets.drafts import draft_of
from integrations.sync.tickets.three_way_merge import agreed_values, merge, ticket_values
from remediation.locks import LockedTask, lock_task
from remediation.models import Task
from remediation.services import tickets

Field = SyncConflict.Field
OVERLAP = timedelta(minutes=5)
CURSOR = "tickets_since"
IN_PROGRESS = (Task.Status.IN_PROGRESS, Task.Status.READY_VERIFY)
MAX_PULL_REQUESTS = 50  # a run; each costs a request


def pull(context: SyncContext, tracker: Tracker) -> None:
    """Read the tickets that changed since the last sync."""
    started_at = timezone.now()
    first = context.links.order_by("created_at").values_list("created_at", flat=True).first()
    if first is not None:
        cursor = context.integration.cursor.get(CURSOR)
        since = datetime.fromisoformat(cursor) if cursor else first
        changed: set[str] = set()
        for page in tracker.changed_tickets(since - OVERLAP):
            context.checkpoint()
            changed |= _follow_tickets(context, page)
        _find_pull_requests(context, tracker, changed)
    context.integration.cursor[CURSOR] = started_at.isoformat()


def _follow_tickets(context: SyncContext, page: Sequence[Ticket]) -> set[str]:
    """Follow the tickets of a page that changed; return their ids."""
    changed: set[str] = set()
    by_id = {ticket.external_id: ticket for ticket in page}
    for link in context.links.filter(external_id__in=by_id):
        ticket = by_id[link.external_id]
        if link.last_synced["ticket"] != ticket_values(ticket):
            follow_ticket(context, link.pk, ticket)
            changed.add(ticket.external_id)
    return changed


@transaction.atomic
def follow_ticket(context: SyncContext, link_id: UUID, ticket: Ticket) -> None:
    """Let a task follow its ticket: lock the task, merge, move it, and store what both sides agree on."""
    task_id = TicketLink.objects.values_list("task_id", flat=True).get(pk=link_id)
    locked = lock_task(task_id)
    link = TicketLink.objects.select_for_update(of=("self",)).get(pk=link_id)
    link.task = locked.task
    merged = merge(link.last_synced, draft_of(locked.task), ticket)
    if "state" in merged.conflicts:
        conflicts.open_conflict(context, link, Field.STATE, ticket.state.value, merged.conflicts["state"])
        link.last_synced["task"]["status"] = locked.task.status  # a person decides: ours is not pushed
    else:
        conflicts.settle(link, Field.STATE)
    if merged.follow and may_change_state(context, link, ticket):
        _move_task(context, link, ticket, locked, merged.follow)
    link.last_synced["ticket"] = agreed_values(link.last_synced, ticket)
    link.save(update_fields=["last_synced", "state_changes", "halted_at", "updated_at"])


def _move_task(
    context: SyncContext, link: TicketLink, ticket: Ticket, locked: LockedTask, state: str
) -> None:
    was_done = locked.task.status == Task.Status.DONE
    problems = tickets.follow_ticket(locked, state=state, by=BY_INTEGRATION)
    context.log.pulled += 1
    for problem in problems:
        if was_done:
            conflicts.open_conflict(context, link, Field.STATE, ticket.state.value, problem)
        else:
            context.log_refusal(ticket.key, problem)


def may_change_state(context: SyncContext, link: TicketLink, ticket: Ticket) -> bool:
    """Count a state change; the one that halts the link opens a conflict."""
    was_halted = link.halted_at is not None
    if loop_breaker.allow_state_change(link, timezone.now()):
        return True
    if not was_halted:
        conflicts.open_conflict(context, link, Field.LOOP, ticket.state.value, loop_breaker.LOOP_DETECTED)
    return False


def _find_pull_requests(context: SyncContext, tracker: Tracker, changed: set[str]) -> None:
    """Search for pull requests of changed tickets and of tasks in progress: a reference may not change a ticket."""
    without = context.links.filter(Q(task__pr_url__isnull=True) | Q(task__pr_url=""))
    wanted = without.filter(Q(external_id__in=changed) | Q(task__status__in=IN_PROGRESS))
    for link in wanted.order_by("-task__updated_at")[:MAX_PULL_REQUESTS]:
        with skip_if_refused(context, tracker, link.key):
            url = tracker.find_pull_request(link.external_id)
            if url:
                tickets.link_ticket(link.task_id, pr_url=url[:2000], by=BY_INTEGRATION)
                context.log.pulled += 1
