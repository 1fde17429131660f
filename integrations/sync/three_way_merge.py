"""What changed on which side since both last agreed, field by field. Knows no database and no network."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.providers.base import Draft, State, Ticket

STARTED, CLOSED, REOPENED = "started", "closed", "reopened"
OVER = (State.CLOSED, State.DROPPED)


@dataclass
class Decision:
    """What to do about one ticket.

    `push`: the fields to bring to the task's; `follow`: where the ticket went; `conflicts`: field → a
    sentence, for a person to see.
    """

    push: set[str] = field(default_factory=set)
    follow: str | None = None
    conflicts: dict[str, str] = field(default_factory=dict)

    @property
    def state_is_settled(self) -> bool:
        """Whether the other side decides about open or closed, or nobody can."""
        return self.follow is not None or "state" in self.conflicts


def wanted(draft: Draft) -> dict[str, Any]:
    """Return the fields of a task that a ticket follows, as they are kept."""
    due = draft.due.isoformat() if draft.due else None
    return {"title": draft.title, "status": draft.status, "priority": draft.priority, "due": due}


def remote(ticket: Ticket) -> dict[str, Any]:
    """Return the fields of a ticket that are looked at, as they are kept."""
    return {
        "title": ticket.title,
        "state": ticket.state.value,
        "updated_at": ticket.updated_at.isoformat(),
    }


def changed_at(last_synced: dict[str, Any]) -> datetime | None:
    """Return when the ticket had last changed when it was looked at; None where that is not known."""
    told = last_synced.get("remote", {}).get("updated_at")
    return datetime.fromisoformat(told) if told else None


def decide(last_synced: dict[str, Any], draft: Draft, ticket: Ticket) -> Decision:
    """Compare both sides with what they last agreed on; what did not change, or is our own, stays."""
    was, then, now = last_synced["wanted"], last_synced["remote"], wanted(draft)
    decision = Decision(push={name for name in ("priority", "due", "status") if now[name] != was[name]})
    _title(decision, was, then, draft, ticket)
    moved_here = draft.status != was["status"]
    if ticket.state.value != then["state"]:
        _moved_there(decision, State(then["state"]), draft, ticket, moved_here)
    if moved_here and not decision.state_is_settled and _differs(draft, ticket):
        decision.push.add("closed")
    return decision


def _differs(draft: Draft, ticket: Ticket) -> bool:
    """Whether one side is open and the other is not; a task that waits for its verification suits both."""
    return draft.status != "ready_verify" and draft.closed != (ticket.state in OVER)


def _title(
    decision: Decision, was: dict[str, Any], then: dict[str, Any], draft: Draft, ticket: Ticket
) -> None:
    if draft.title in (was["title"], ticket.title):
        return
    if ticket.title == then["title"]:
        decision.push.add("title")
    else:
        decision.conflicts["title"] = (
            f"The title was changed on both sides: {draft.title!r} here, {ticket.title!r} there."
        )


def _moved_there(decision: Decision, before: State, draft: Draft, ticket: Ticket, moved_here: bool) -> None:
    if ticket.state in OVER and before not in OVER:
        _ended_there(decision, draft, ticket)
    elif ticket.state not in OVER and before in OVER:
        _reopened_there(decision, draft, moved_here)
    elif ticket.state == State.STARTED and not moved_here:
        decision.follow = STARTED


def _ended_there(decision: Decision, draft: Draft, ticket: Ticket) -> None:
    if draft.closed:
        return
    if ticket.state == State.CLOSED:
        decision.follow = CLOSED
    else:
        decision.conflicts["state"] = (
            "It was closed as not to be done: decide whether to dismiss the finding."
        )


def _reopened_there(decision: Decision, draft: Draft, moved_here: bool) -> None:
    if draft.closed and moved_here:
        decision.conflicts["state"] = "It was reopened there while the task was done here."
    elif draft.status != "in_progress":
        decision.follow = REOPENED
