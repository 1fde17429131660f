"""Issues of Linear: the requests, and how responses are read."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.linear import Linear, graphql
from integrations.providers.linear.tickets import issue_id
from integrations.providers.types import TicketState
from krafter_audit.http.client import Client
from tests.fakes.specs import requires_spec
from tests.fakes.trackers.linear import OTHER_TEAM, SCHEMA, TEAM, FakeLinear, error, schema_errors
from tests.unit.integrations.providers.drafts import LONG_AGO, TASK, draft
from tests.unit.integrations.providers.linear.conftest import connect

ISSUE = issue_id(TEAM, TASK)
DOCUMENTS = [document for name, document in vars(graphql).items() if name.isupper() and name[0] != "_"]


@requires_spec(SCHEMA)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.split()[1].partition("(")[0])
def test_documents_are_valid_for_the_schema(document: str) -> None:
    assert schema_errors(document) == ()


def test_create_sends_title_state_priority_due_date_guidance_and_our_id(
    provider: Linear, linear: FakeLinear
) -> None:
    ticket = provider.create_ticket(draft())

    assert linear.variables("Create") == [
        {
            "input": {
                "id": ISSUE,
                "teamId": TEAM,
                "title": "Send a Content-Security-Policy",
                "description": f"Name a default.\n1. Add the header.\n\n---\n\nKrafter Audit task {TASK}",
                "stateId": "backlog",
                "priority": 2,
                "dueDate": "2026-12-01",
            }
        }
    ]
    assert (ticket.key, ticket.external_id, ticket.marker) == ("ENG-1", f"{TEAM}/{ISSUE}", TASK)
    assert (ticket.url, ticket.state) == ("https://linear.app/acme/issue/ENG-1", TicketState.OPEN)


def test_issue_id_is_a_version_4_uuid_of_task_and_team() -> None:
    assert UUID(ISSUE).version == 4
    assert issue_id(TEAM, TASK) == ISSUE
    assert len({ISSUE, issue_id(OTHER_TEAM, TASK), issue_id(TEAM, TASK[:-1] + "2")}) == 3


def test_comment_is_found_after_its_issue_was_moved_to_the_team_that_is_connected_then(
    provider: Linear, linear: FakeLinear, http_client: Client
) -> None:
    provider.add_comment(f"{TEAM}/{ISSUE}", text="1 failed", marker=TASK, was_tried=False)
    later = connect(linear, http_client, team_id=OTHER_TEAM)
    new_issue = issue_id(OTHER_TEAM, TASK)

    for number in (ISSUE, new_issue):
        later.add_comment(f"{OTHER_TEAM}/{number}", text="1 failed", marker=TASK, was_tried=True)

    assert [comment["issueId"] for comment in linear.comments.values()] == [ISSUE, new_issue]


def test_create_returns_the_existing_issue(provider: Linear, linear: FakeLinear) -> None:
    first = provider.create_ticket(draft())

    assert provider.create_ticket(draft()) == first
    assert len(linear.issues) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (502, {}, {}),
        (200, {}, b'{"data": {"issueCrea'),
        (200, {}, error("INTERNAL_SERVER_ERROR")),
        (400, {}, error("INPUT_ERROR", "Entity with this id already exists")),
    ],
)
def test_issue_whose_response_was_lost_is_adopted_at_once_by_its_id(
    provider: Linear, linear: FakeLinear, answer: Any
) -> None:
    def create_and_lose() -> Any:
        linear.create(linear.requests[-1].variables)
        return answer

    linear.next_operation("Create", create_and_lose)

    ticket = provider.create_ticket(draft())

    assert (ticket.key, ticket.external_id, ticket.marker) == ("ENG-1", f"{TEAM}/{ISSUE}", TASK)
    assert [request.operation for request in linear.requests] == ["Team", "Create", "Issue"]
    assert linear.variables("Issue") == [{"id": ISSUE}]


def test_issue_is_not_searched_for_after_the_rate_limit_refused_its_creation(
    provider: Linear, linear: FakeLinear
) -> None:
    linear.next_operation("Create", (400, {}, error("RATELIMITED")))

    with pytest.raises(ProviderUnavailable, match="limits requests"):
        provider.create_ticket(draft())
    assert linear.variables("Issue") == []


def test_unavailable_lookup_keeps_the_first_error(provider: Linear, linear: FakeLinear) -> None:
    linear.next_operation("Create", (502, {}, {}))
    for _ in range(3):
        linear.next_operation("Issue", (503, {}, {}))

    with pytest.raises(ProviderUnavailable, match="status 502"):
        provider.create_ticket(draft())


def test_create_of_a_refused_issue_is_refused(provider: Linear, linear: FakeLinear) -> None:
    linear.next_operation("Create", (200, {}, error("INPUT_ERROR", "title is too long")))

    with pytest.raises(ProviderRefused, match="title is too long"):
        provider.create_ticket(draft())
    assert linear.issues == {}


def test_create_is_not_retried(provider: Linear, linear: FakeLinear) -> None:
    linear.next_operation("Create", (502, {}, {}))

    with pytest.raises(ProviderUnavailable):
        provider.create_ticket(draft())
    assert len(linear.variables("Create")) == 1


def test_copied_issue_has_no_marker(provider: Linear, linear: FakeLinear) -> None:
    provider.create_ticket(draft())
    copy = {**linear.only, "id": "11111111-1111-4111-8111-111111111111", "number": 2}
    linear.issues[copy["id"]] = copy

    assert [t.marker for page in provider.changed_tickets(LONG_AGO) for t in page] == [None, TASK]


def test_description_links_to_the_task(provider: Linear, linear: FakeLinear) -> None:
    ticket = provider.create_ticket(draft(url="https://audit.acme.example/task/1"))

    assert linear.only["description"].endswith(f"task {TASK}\nhttps://audit.acme.example/task/1")
    assert ticket.marker == TASK


def test_text_of_a_finding_cannot_mention_people(provider: Linear, linear: FakeLinear) -> None:
    provider.create_ticket(draft(text="ask @everyone"))

    assert linear.only["description"].startswith("ask @\u200beveryone")


@pytest.mark.parametrize(
    ("priority", "number"), [("critical", 1), ("high", 2), ("medium", 3), ("low", 4), ("strange", 0)]
)
def test_priority_is_mapped_to_its_number(
    provider: Linear, linear: FakeLinear, priority: str, number: int
) -> None:
    ticket = provider.create_ticket(draft(priority="low"))

    provider.update_ticket(ticket, draft(priority=priority), ["priority"])

    assert linear.variables("Update") == [{"id": ISSUE, "input": {"priority": number}}]


def test_update_sends_changed_fields_and_keeps_the_description(provider: Linear, linear: FakeLinear) -> None:
    ticket = provider.create_ticket(draft())
    linear.touch_only(description="Rewritten by a person.")

    changed = provider.update_ticket(
        ticket, draft(title="Send a strict policy", due=None), ["title", "due", "text"]
    )

    assert linear.variables("Update") == [
        {"id": ISSUE, "input": {"title": "Send a strict policy", "dueDate": None}}
    ]
    assert (changed.title, changed.body) == ("Send a strict policy", "Rewritten by a person.")


def test_update_without_fields_sends_nothing(provider: Linear, linear: FakeLinear) -> None:
    ticket = provider.create_ticket(draft())

    assert provider.update_ticket(ticket, draft(), []) == ticket
    assert linear.variables("Update") == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("backlog", "backlog"),
        ("in_progress", "progress"),
        ("blocked", "progress"),
        ("ready_verify", "review"),
    ],
)
def test_status_is_mapped_to_a_workflow_state(
    provider: Linear, linear: FakeLinear, status: str, state: str
) -> None:
    provider.create_ticket(draft(status=status))

    assert linear.only["stateId"] == state


def test_backlog_falls_back_to_an_unstarted_state(provider: Linear, linear: FakeLinear) -> None:
    linear.workflow = (("todo", "unstarted", 0), ("progress", "started", 1))

    provider.create_ticket(draft())

    assert linear.only["stateId"] == "todo"


def test_workflow_without_a_fitting_state_is_refused(provider: Linear, linear: FakeLinear) -> None:
    linear.workflow = (("done", "completed", 0),)

    with pytest.raises(ProviderRefused, match="no state of the type 'unstarted'"):
        provider.create_ticket(draft())


def test_close_completes_and_reopen_starts_the_issue(provider: Linear, linear: FakeLinear) -> None:
    ticket = provider.create_ticket(draft())

    closed = provider.update_ticket(ticket, draft(status="done", closed=True), ["closed", "status"])
    opened = provider.update_ticket(closed, draft(status="in_progress"), ["closed", "status"])

    assert [variables["input"] for variables in linear.variables("Update")] == [
        {"stateId": "done"},
        {"stateId": "progress"},
    ]
    assert (closed.state, opened.state) == (TicketState.CLOSED, TicketState.STARTED)


@pytest.mark.parametrize(
    ("there", "status"),
    [
        ("shipped", "ready_verify"),
        ("canceled", "in_progress"),
        ("review", "in_progress"),
        ("todo", "backlog"),
    ],
)
def test_fitting_and_closed_states_are_kept(
    provider: Linear, linear: FakeLinear, there: str, status: str
) -> None:
    ticket = provider.create_ticket(draft())
    linear.touch_only(stateId=there)

    provider.update_ticket(provider.get_ticket(ticket.external_id), draft(status=status), ["status"])

    assert linear.only["stateId"] == there
    assert linear.variables("Update") == []


@pytest.mark.parametrize("status", ["backlog", "in_progress"])
def test_reopened_issue_is_restored_from_the_trash(provider: Linear, linear: FakeLinear, status: str) -> None:
    ticket = provider.create_ticket(draft())
    linear.delete(linear.only["id"])

    opened = provider.update_ticket(ticket, draft(status=status), ["closed", "status"])

    assert not opened.state.is_closed


def test_moved_issue_uses_the_workflow_of_its_team(provider: Linear, linear: FakeLinear) -> None:
    ticket = provider.create_ticket(draft())
    linear.workflow = (("theirs", "completed", 1), ("ready", "started", 0))

    provider.update_ticket(ticket, draft(status="done", closed=True), ["status", "closed"])

    assert linear.only["stateId"] == "theirs"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"stateId": "triage"}, TicketState.OPEN),
        ({"stateId": "later"}, TicketState.OPEN),
        ({"stateId": "todo"}, TicketState.OPEN),
        ({"stateId": "review"}, TicketState.STARTED),
        ({"stateId": "shipped"}, TicketState.CLOSED),
        ({"stateId": "canceled"}, TicketState.DROPPED),
        ({"stateId": "duplicate"}, TicketState.DROPPED),
        ({"stateId": "new"}, TicketState.OPEN),
        ({"trashed": True}, TicketState.DROPPED),
    ],
)
def test_state_is_read_from_the_state_type(
    provider: Linear, linear: FakeLinear, changes: dict[str, Any], state: TicketState
) -> None:
    linear.workflow = (*linear.workflow, ("new", "a kind of tomorrow", 9))
    ticket = provider.create_ticket(draft())
    linear.touch_only(**changes)

    assert provider.get_ticket(ticket.external_id).state == state


def test_changed_tickets_reads_all_pages(provider: Linear, linear: FakeLinear) -> None:
    for last in range(5):
        provider.create_ticket(draft(marker=TASK[:-1] + str(last)))
    linear.page_size = 2

    pages = list(provider.changed_tickets(datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=UTC)))

    assert [[ticket.key for ticket in page] for page in pages] == [
        ["ENG-5", "ENG-4"],
        ["ENG-3", "ENG-2"],
        ["ENG-1"],
    ]
    assert linear.variables("Issues") == [
        {"team": TEAM, "since": "2020-01-02T03:04:05Z", "after": after}
        for after in (None, "cursor-2", "cursor-4")
    ]


def test_circular_cursors_end(provider: Linear, linear: FakeLinear) -> None:
    again = {"data": {"issues": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "same"}}}}
    for _ in range(3):
        linear.next_operation("Issues", (200, {}, again))

    assert list(provider.changed_tickets(LONG_AGO)) == [[], []]


def test_newest_attached_pull_or_merge_request_is_found(provider: Linear, linear: FakeLinear) -> None:
    ticket = provider.create_ticket(draft())
    linear.attach("https://github.com/acme/web-app/pull/141")
    linear.attach("https://gitlab.com/acme/web-app/-/merge_requests/142")
    linear.attach("https://sentry.io/issues/4711")
    linear.attach("javascript://github.com/acme/web-app/pull/9")
    linear.attach("https://[/pull/1x")
    linear.page_size = 1

    found = provider.find_pull_request(ticket.external_id)

    assert found == "https://gitlab.com/acme/web-app/-/merge_requests/142"


def test_issue_without_pull_request(provider: Linear) -> None:
    assert provider.find_pull_request(provider.create_ticket(draft()).external_id) is None


ISSUE_NODE = {
    "id": ISSUE,
    "identifier": "ENG-1",
    "url": "https://linear.app/acme/issue/ENG-1",
    "title": "Title",
    "updatedAt": "2026-11-01T10:00:00.000Z",
    "state": {"type": "started"},
}


@pytest.mark.parametrize(
    "issue",
    [
        None,
        {},
        {"id": "x"},
        {"id": ISSUE, "identifier": "ENG-1"},
        *({**ISSUE_NODE, name: None} for name in ISSUE_NODE if name != "url"),
        {**ISSUE_NODE, "state": {"type": None}},
    ],
)
def test_undocumented_issue_is_unavailable(provider: Linear, linear: FakeLinear, issue: Any) -> None:
    body = {"data": {"issueCreate": {"success": True, "issue": issue}}}
    linear.next_operation("Create", (200, {}, body))

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.create_ticket(draft())


@pytest.mark.parametrize("external_id", [f"{OTHER_TEAM}/{ISSUE}", f"{TEAM}/7", TEAM, ""])
def test_issue_of_another_team_is_refused(provider: Linear, linear: FakeLinear, external_id: str) -> None:
    assert provider.owns(f"{TEAM}/{ISSUE}")
    with pytest.raises(ProviderRefused, match="not one of the connected team"):
        provider.get_ticket(external_id)
    assert linear.requests == []


def test_update_without_success_is_refused(provider: Linear, linear: FakeLinear) -> None:
    ticket = provider.create_ticket(draft())
    linear.next_operation("Update", (200, {}, {"data": {"issueUpdate": {"success": False, "issue": None}}}))

    with pytest.raises(ProviderRefused, match="did not accept the change"):
        provider.update_ticket(ticket, draft(priority="low"), ["priority"])


def test_campaigns_are_a_line_of_the_description_that_follows_them(
    provider: Linear, linear: FakeLinear
) -> None:
    ticket = provider.create_ticket(draft(campaigns=("Autumn", "Spring")))
    moved = provider.update_ticket(ticket, draft(campaigns=("Spring",)), {"campaigns"})
    left = provider.update_ticket(moved, draft(), {"campaigns"})

    task = f"Krafter Audit task {TASK}"
    assert [version.body.rpartition("---\n\n")[2] for version in (ticket, moved, left)] == [
        f"Campaigns: Autumn, Spring\n\n{task}",
        f"Campaigns: Spring\n\n{task}",
        task,
    ]
