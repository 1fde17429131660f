"""Three-way merge: what a sync pushes, what the task follows, and what a person decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.providers.types import Ticket, TicketState
from integrations.sync.tickets.three_way_merge import agreed_values, merge, task_values, ticket_values
from tests.unit.integrations.providers.drafts import draft

SYNCED_AT = datetime(2026, 11, 1, tzinfo=UTC)
TITLE = draft().title


def ticket(state: TicketState = TicketState.OPEN, title: str = TITLE) -> Ticket:
    return Ticket("acme/web-app#1", "#1", "https://vendor.example/1", title, state, SYNCED_AT)


def synced(status: str = "backlog", state: TicketState = TicketState.OPEN) -> dict[str, Any]:
    """Return what both sides agreed on."""
    return {"task": task_values(draft(status=status)), "ticket": ticket_values(ticket(state))}


def test_unchanged_sides_need_nothing() -> None:
    merged = merge(synced(), draft(), ticket())

    assert (merged.push, merged.new_task_state, merged.conflicts) == (set(), None, {})


@pytest.mark.parametrize(
    ("changes", "pushed"),
    [
        ({"title": "Send a strict policy"}, {"title"}),
        ({"priority": "low"}, {"priority"}),
        ({"due": SYNCED_AT + timedelta(days=9)}, {"due"}),
        ({"due": None}, {"due"}),
        ({"status": "in_progress"}, {"status"}),
        ({"campaigns": ("Spring cleaning",)}, {"campaigns"}),
    ],
)
def test_changed_field_of_the_task_is_pushed(changes: dict[str, Any], pushed: set[str]) -> None:
    merged = merge(synced(), draft(**changes), ticket())

    assert (merged.push, merged.new_task_state, merged.conflicts) == (pushed, None, {})


def test_done_task_closes_its_ticket() -> None:
    merged = merge(synced("ready_verify"), draft(status="done", closed=True), ticket())

    assert merged.push == {"status", "closed"}


def test_task_that_awaits_verification_does_not_close_its_ticket() -> None:
    assert merge(synced(), draft(status="ready_verify"), ticket()).push == {"status"}


@pytest.mark.parametrize(
    ("before", "now", "task_status", "followed"),
    [
        (TicketState.OPEN, TicketState.STARTED, "backlog", "started"),
        (TicketState.OPEN, TicketState.CLOSED, "backlog", "closed"),
        (TicketState.STARTED, TicketState.CLOSED, "in_progress", "closed"),
        (TicketState.CLOSED, TicketState.OPEN, "ready_verify", "reopened"),
        (TicketState.CLOSED, TicketState.STARTED, "ready_verify", "reopened"),
        (TicketState.CLOSED, TicketState.OPEN, "in_progress", None),
        (TicketState.STARTED, TicketState.OPEN, "in_progress", None),
    ],
)
def test_task_follows_the_state_of_its_ticket(
    before: TicketState, now: TicketState, task_status: str, followed: str | None
) -> None:
    merged = merge(synced(task_status, before), draft(status=task_status), ticket(now))

    assert (merged.new_task_state, merged.push, merged.conflicts) == (followed, set(), {})


def test_started_ticket_does_not_move_a_task_that_changed_too() -> None:
    merged = merge(synced(), draft(status="blocked"), ticket(TicketState.STARTED))

    assert (merged.new_task_state, merged.push) == (None, {"status"})


def test_titles_changed_on_both_sides_are_a_conflict() -> None:
    merged = merge(synced(), draft(title="Ours"), ticket(title="Theirs"))

    assert (merged.push, list(merged.conflicts)) == (set(), ["title"])


def test_title_changed_to_the_same_on_both_sides_is_no_conflict() -> None:
    merged = merge(synced(), draft(title="Same"), ticket(title="Same"))

    assert (merged.push, merged.conflicts) == (set(), {})


def test_ticket_closed_without_a_fix_is_a_conflict() -> None:
    merged = merge(synced(), draft(), ticket(TicketState.DROPPED))

    assert (merged.new_task_state, list(merged.conflicts)) == (None, ["state"])


def test_ticket_reopened_while_the_task_was_completed_is_a_conflict() -> None:
    done = draft(status="done", closed=True)

    merged = merge(synced("ready_verify", TicketState.CLOSED), done, ticket())

    assert (merged.new_task_state, list(merged.conflicts), "closed" in merged.push) == (
        None,
        ["state"],
        False,
    )


def test_ticket_of_a_done_task_that_is_closed_needs_nothing() -> None:
    merged = merge(synced("done"), draft(status="done", closed=True), ticket(TicketState.CLOSED))

    assert (merged.new_task_state, merged.push, merged.conflicts) == (None, set(), {})


def test_title_that_only_changed_at_the_ticket_is_not_agreed() -> None:
    changed = replace(ticket(), title="Theirs")

    assert agreed_values(synced(), changed)["title"] == TITLE
    assert agreed_values(synced(), ticket())["title"] == TITLE
