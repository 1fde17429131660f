"""Issues move through the workflow of a Jira project."""

from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused
from integrations.providers.jira import Jira
from integrations.providers.types import TicketState
from tests.fakes.trackers import jira as fake_jira
from tests.fakes.trackers.jira import FakeJira
from tests.unit.integrations.providers.jira.ticket_parts import DONE, FIRST, draft


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("backlog", "To Do"),
        ("in_progress", "In Progress"),
        ("blocked", "Blocked"),
        ("ready_verify", "In Review"),
    ],
)
def test_new_issue_gets_the_status_of_its_task(
    provider: Jira, jira: FakeJira, status: str, name: str
) -> None:
    provider.create_ticket(draft(status=status))

    assert jira.status() == name


@pytest.mark.parametrize(
    ("at", "status", "name"),
    [
        (fake_jira.TO_DO, "in_progress", "In Progress"),
        (fake_jira.IN_REVIEW, "in_progress", "In Review"),  # people chose it among those of work under way
        (fake_jira.IN_PROGRESS, "ready_verify", "In Progress"),
        (fake_jira.BLOCKED, "in_progress", "In Progress"),
        (fake_jira.IN_PROGRESS, "blocked", "Blocked"),
        (fake_jira.IN_PROGRESS, "backlog", "To Do"),
        (fake_jira.DONE, "ready_verify", "Done"),
        (fake_jira.DONE, "in_progress", "Done"),  # opened again by `closed` alone
        (fake_jira.WONT_DO, "backlog", "Won\u2019t do"),
    ],
)
def test_update_of_the_status_moves_an_open_issue_by_category(
    provider: Jira, jira: FakeJira, at: Any, status: str, name: str
) -> None:
    ticket = provider.create_ticket(draft())
    jira.touch(10001, status=at)

    provider.update_ticket(ticket, draft(status=status), ["status"])

    assert jira.status() == name


def test_blocked_task_stays_in_progress_without_a_status_named_blocked(
    provider: Jira, jira: FakeJira
) -> None:
    ticket = provider.create_ticket(draft(status="in_progress"))
    jira.transitions = {"In Progress": ["To Do", "In Review", "Done"]}

    provider.update_ticket(ticket, draft(status="blocked"), ["status"])

    assert jira.status() == "In Progress"


def test_issue_keeps_its_status_without_a_fitting_transition(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    jira.transitions = {"To Do": []}

    moved = provider.update_ticket(ticket, draft(status="in_progress", title="New"), ["status", "title"])

    assert (moved.title, moved.state) == ("New", TicketState.OPEN)


def test_close_sets_the_resolution_and_reopen_moves_back(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())

    closed = provider.update_ticket(ticket, draft(**DONE), ["status", "closed"])
    opened = provider.update_ticket(closed, draft(status="in_progress"), ["status", "closed"])

    assert [request.body for request in jira.received("POST", "/transitions")] == [
        {"transition": {"id": "101"}, "fields": {"resolution": {"id": "10000"}}},
        {"transition": {"id": "31"}},
    ]
    assert (closed.state, opened.state) == (TicketState.CLOSED, TicketState.STARTED)


def test_closed_issue_is_not_closed_again(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    jira.touch(10001, status=fake_jira.DONE)

    assert provider.update_ticket(ticket, draft(**DONE), ["status", "closed"]).state == TicketState.CLOSED
    assert jira.received("POST", "/transitions") == []


def test_close_passes_intermediate_statuses(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    jira.transitions = {
        "To Do": ["Blocked", "In Progress"],
        "In Progress": ["To Do", "Blocked", "In Review"],
        "In Review": ["In Progress", "Done"],
    }

    assert provider.update_ticket(ticket, draft(**DONE), ["closed"]).state == TicketState.CLOSED
    assert jira.status() == "Done"


def test_reopen_uses_the_available_transition(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    jira.touch(10001, status=fake_jira.DONE)
    jira.transitions = {"Done": ["In Review"]}

    assert provider.update_ticket(ticket, draft(), ["closed"]).state == TicketState.STARTED
    assert jira.status() == "In Review"


@pytest.mark.parametrize(
    "transitions", [{"To Do": []}, {"To Do": ["Won\u2019t do"]}, {"To Do": ["Blocked"], "Blocked": []}]
)
def test_close_without_a_transition_is_refused(
    provider: Jira, jira: FakeJira, transitions: dict[str, list[str]]
) -> None:
    ticket = provider.create_ticket(draft())
    jira.transitions = transitions

    with pytest.raises(
        ProviderRefused,
        match="The workflow has no transition of SHOP-1 from .* to a status of the category done",
    ):
        provider.update_ticket(ticket, draft(**DONE), ["closed"])


def test_circular_workflow_is_refused_after_one_round(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    jira.transitions = {"To Do": ["In Progress"], "In Progress": ["In Review"], "In Review": ["In Progress"]}

    with pytest.raises(ProviderRefused, match="from 'in review'"):
        provider.update_ticket(ticket, draft(**DONE), ["closed"])
    assert len(jira.received("POST", "/transitions")) == 2


def test_transition_with_the_fewest_missing_fields_is_chosen(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    asking = {"customfield_10010": {"required": True, "name": "Root cause"}}
    filled = {"customfield_10011": {"required": True, "hasDefaultValue": True}}
    transitions = [
        {"id": "7", "to": fake_jira.DONE, "fields": asking},
        {"id": "8", "to": fake_jira.DONE, "isAvailable": False},
        {"id": "101", "to": fake_jira.DONE, "fields": filled},
    ]
    jira.next_answer("GET", "/transitions$", (200, {}, {"transitions": transitions}))
    jira.next_answer("POST", "/transitions$", (204, {}, b""))

    provider.update_ticket(ticket, draft(**DONE), ["closed"])

    assert jira.received("POST", "/transitions")[0].body == {"transition": {"id": "101"}}


def test_missing_field_of_a_transition_is_named(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    wrong = {"errorMessages": [], "errors": {"customfield_10010": "Root cause is required."}}
    jira.next_answer("POST", "/transitions$", (400, {}, wrong))

    with pytest.raises(ProviderRefused, match=r"status 400: customfield_10010: Root cause is required\."):
        provider.update_ticket(ticket, draft(**DONE), ["closed"])


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": fake_jira.TO_DO}, TicketState.OPEN),
        ({"status": fake_jira.IN_PROGRESS}, TicketState.STARTED),
        ({"status": fake_jira.IN_REVIEW}, TicketState.STARTED),
        ({"status": fake_jira.BLOCKED}, TicketState.OPEN),
        ({"status": fake_jira.DONE}, TicketState.CLOSED),
        ({"status": fake_jira.DONE, "resolution": {"name": "Done"}}, TicketState.CLOSED),
        ({"status": fake_jira.DONE, "resolution": {"name": "Erledigt"}}, TicketState.CLOSED),
        ({"status": fake_jira.DONE, "resolution": {"name": "Duplicate"}}, TicketState.DROPPED),
        ({"status": fake_jira.WONT_DO}, TicketState.DROPPED),
        ({"status": fake_jira.status("7", "Odd", "in-flight")}, TicketState.OPEN),
        ({"status": {"id": "7", "name": "Odd"}}, TicketState.OPEN),
        ({"status": {"statusCategory": None}}, TicketState.OPEN),
    ],
)
def test_state_is_read_from_the_status_category(
    provider: Jira, jira: FakeJira, changes: dict[str, Any], state: TicketState
) -> None:
    provider.create_ticket(draft())
    jira.touch(10001, **changes)

    assert provider.get_ticket(FIRST).state == state
