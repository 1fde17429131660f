"""Compare task and ticket with the values on which they last agreed, field by field."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.queries import campaign_names_of
from findings.models import Domain, FindingStatus
from integrations.providers.types import DISMISSED, Ticket, TicketDraft, TicketState
from krafter_audit.security.control_characters import replace_controls
from krafter_audit.web.public_urls import public_url
from remediation.models import Task
from remediation.services.tasks import CLOSED, REOPENED, STARTED

PUSHED_FIELDS = ("priority", "due", "status", "campaigns")  # fields that only the task decides


@dataclass
class Merge:
    """The changes that a merge of task and ticket requires."""

    push: set[str] = field(default_factory=set)  # fields of the ticket to update
    new_task_state: str | None = None  # that follows the ticket's change: started, closed or reopened
    conflicts: dict[str, str] = field(default_factory=dict)  # field → a sentence, for a person to decide

    @property
    def state_is_decided(self) -> bool:
        """Whether the ticket, or a person, decides about open or closed."""
        return self.new_task_state is not None or "state" in self.conflicts


def draft_of(task: Task) -> TicketDraft:
    """Return the task as its ticket should show it."""
    # Without evidence: a ticket may be public, and an attacker can use evidence.
    fix = task.finding.recommended_fix
    steps = [f"{number}. {step}" for number, step in enumerate(fix.get("steps") or [], start=1)]
    is_done = task.status == Task.Status.DONE
    is_dismissed = task.finding.status == FindingStatus.DISMISSED and not is_done
    text = "\n".join(str(line) for line in [fix.get("summary") or "", *steps] if line)
    return TicketDraft(
        marker=str(task.pk),
        title=replace_controls(task.title),
        status=DISMISSED if is_dismissed else task.status,
        priority=task.priority,
        due=task.sla_due_at,
        closed=is_done or is_dismissed,
        url=public_url("admin:remediation_task_change", task.pk),
        text=replace_controls(text),
        confidential=task.finding.domain == Domain.SECURITY,
        campaigns=tuple(replace_controls(name) for name in campaign_names_of(task)),
    )


def task_values(draft: TicketDraft) -> dict[str, Any]:
    """Return the task's fields that its ticket follows, as in `last_synced`."""
    due = draft.due.isoformat() if draft.due else None
    return {
        "title": draft.title,
        "status": draft.status,
        "priority": draft.priority,
        "due": due,
        "campaigns": list(draft.campaigns),
    }


def ticket_values(ticket: Ticket) -> dict[str, Any]:
    """Return the compared fields of a ticket, as in `last_synced`."""
    return {"title": ticket.title, "state": ticket.state.value, "updated_at": ticket.updated_at.isoformat()}


def last_change(last_synced: dict[str, Any]) -> datetime | None:
    value = last_synced.get("ticket", {}).get("updated_at")
    return datetime.fromisoformat(value) if value else None


def agreed_values(last_synced: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    # A title that only changed at the provider is not agreed upon: if the task's title changes later, both have
    # changed, which is a conflict. Otherwise the title at the provider would be overwritten.
    ours, theirs = last_synced["task"]["title"], last_synced["ticket"]["title"]
    return {**ticket_values(ticket), "title": ticket.title if ticket.title == ours else theirs}


def merge(last_synced: dict[str, Any], draft: TicketDraft, ticket: Ticket, sent_title: str = "") -> Merge:
    """Compare both sides. `sent_title` is the title of the draft as the vendor shows it."""
    base_task, base_ticket, current = last_synced["task"], last_synced["ticket"], task_values(draft)
    result = Merge(push={name for name in PUSHED_FIELDS if current[name] != base_task.get(name, [])})
    _merge_title(result, last_synced, draft, ticket, sent_title)
    task_moved = draft.status != base_task["status"]
    if ticket.state.value != base_ticket["state"]:
        _merge_ticket_move(result, TicketState(base_ticket["state"]), draft, ticket, task_moved)
    if task_moved and not result.state_is_decided and is_open_on_one_side(draft, ticket):
        result.push.add("closed")
    return result


def is_open_on_one_side(draft: TicketDraft, ticket: Ticket) -> bool:
    """Return whether one side is open and the other closed."""
    # A task that awaits verification fits an open and a closed ticket.
    return draft.status != "ready_verify" and draft.closed != ticket.state.is_closed


def _merge_title(
    result: Merge, last_synced: dict[str, Any], draft: TicketDraft, ticket: Ticket, sent_title: str
) -> None:
    if draft.title == last_synced["task"]["title"] or ticket.title in (draft.title, sent_title):
        return
    if ticket.title == last_synced["ticket"]["title"]:
        result.push.add("title")
    else:
        result.conflicts["title"] = (
            f"The title was changed on both sides: {draft.title!r} in the task, {ticket.title!r} in the ticket."
        )


def _merge_ticket_move(
    result: Merge, before: TicketState, draft: TicketDraft, ticket: Ticket, task_moved: bool
) -> None:
    if ticket.state.is_closed and not before.is_closed:
        _ticket_closed(result, draft, ticket)
    elif before.is_closed and not ticket.state.is_closed:
        _ticket_reopened(result, draft, task_moved)
    elif ticket.state == TicketState.STARTED and not task_moved:
        result.new_task_state = STARTED


def _ticket_closed(result: Merge, draft: TicketDraft, ticket: Ticket) -> None:
    if draft.closed:
        return
    if ticket.state == TicketState.CLOSED:
        result.new_task_state = CLOSED
    elif ticket.is_moved:
        result.conflicts["state"] = (
            "The ticket was moved to another project, whose tickets this connection does not sync: decide whether to"
            " reopen it here, or to dismiss the finding."
        )
    else:
        result.conflicts["state"] = (
            "The ticket was closed without a fix: decide whether to dismiss the finding."
        )


def _ticket_reopened(result: Merge, draft: TicketDraft, task_moved: bool) -> None:
    if draft.is_dismissed:
        result.conflicts["state"] = (
            "The ticket was reopened, but its finding is dismissed: decide whether to reopen the finding."
        )
    elif draft.closed and task_moved:
        result.conflicts["state"] = "The ticket was reopened while the task was completed."
    elif draft.status != "in_progress":
        result.new_task_state = REOPENED
