"""Jira: what is sent, how answers are read, what is a refusal and what an outage, and a sync as a whole."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import credentials as sealed
from integrations import services
from integrations.credentials import without_secrets
from integrations.models import ExternalLink, Integration, SyncRun
from integrations.providers.base import Draft, Refused, State, Unavailable
from integrations.providers.jira.tickets import Jira
from integrations.sync import engine
from krafter_audit.http.client import Client, Limits
from remediation.models import Task, Verification
from remediation.services import tasks, verdicts
from tests.fakes.dialects import jira as there
from tests.fakes.dialects.jira import API_TOKEN, CLOUD_ID, CREDENTIALS, DESCRIPTION, TOKEN, FakeJira, serve
from tests.integrations.conftest import MakeTask

TASK = "018f4f3c-0000-7000-8000-000000000001"
FIRST = "acme.atlassian.net/SHOP/10001"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
Sync = Callable[[], Integration]
described = pytest.mark.skipif(
    DESCRIPTION is None,
    reason="Jira's description (provider-specs/jira.json) does not lie beside this checkout",
)


def draft(**changes: Any) -> Draft:
    usual: dict[str, Any] = {
        "marker": TASK,
        "title": "Send a Content-Security-Policy",
        "status": "backlog",
        "priority": "high",
        "due": datetime(2026, 12, 1, 14, 30, tzinfo=UTC),
        "closed": False,
        "text": "Name a default.\n1. Add the header.",
        "url": f"https://audit.acme.example/tasks/{TASK}",
    }
    return Draft(**{**usual, **changes})


DONE = {"status": "done", "closed": True}


@pytest.fixture
def jira(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeJira]:
    """The far end; afterwards nothing that it was asked may break Jira's description."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    for far_end in serve():
        monkeypatch.setenv("KRAFTER_JIRA_URL", far_end.url)
        yield far_end
        assert far_end.complaints == []


@pytest.fixture
def client_out(jira: FakeJira) -> Iterator[Client]:
    with Client() as client:
        yield client


@pytest.fixture
def adapter(jira: FakeJira, client_out: Client) -> Jira:
    return made(jira, client_out)


def made(jira: FakeJira, client: Client, **credentials: Any) -> Jira:
    return Jira(client, {**CREDENTIALS, **credentials}, jira.url, sleep=lambda seconds: None)


def lines(node: dict[str, Any]) -> list[str]:
    return ["".join(part["text"] for part in each["content"]) for each in node["content"]]


def test_an_issue_carries_title_priority_due_date_guidance_and_the_hidden_task(
    adapter: Jira, jira: FakeJira
) -> None:
    ticket = adapter.create(draft())

    body = jira.asked("POST", "/issue")[0].body
    panel = body["fields"].pop("description")["content"][0]
    assert body == {
        "fields": {
            "project": {"key": "SHOP"},
            "issuetype": {"id": "10002"},
            "summary": "Send a Content-Security-Policy",
            "duedate": "2026-12-01",
            "priority": {"id": "2"},
        },
        "properties": [{"key": "krafter.task", "value": {"id": TASK}}],
    }
    assert lines(panel) == [
        "Due: 2026-12-01 14:30 UTC · Priority: high",
        "Name a default.",
        "1. Add the header.",
        f"krafter-task:{TASK}",
    ]
    assert (ticket.external_id, ticket.key, ticket.marker) == (FIRST, "SHOP-1", TASK)
    assert ticket.url == "https://acme.atlassian.net/browse/SHOP-1"
    assert ticket.state == State.OPEN


def test_an_issue_links_back_to_its_task_once(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    adapter.update(ticket, draft(**DONE), ["closed"])

    (link,) = jira.links[10001]
    assert link["globalId"] == f"urn:uuid:{TASK}"
    assert link["object"] == {
        "url": f"https://audit.acme.example/tasks/{TASK}",
        "title": "Send a Content-Security-Policy",
        "status": {"resolved": True},
    }


def test_a_web_link_that_is_refused_does_not_unmake_the_issue(adapter: Jira, jira: FakeJira) -> None:
    jira.next_answer("POST", "/remotelink$", (403, {}, {"errorMessages": ["Issue linking is off."]}))

    assert adapter.create(draft()).key == "SHOP-1"


def test_a_refused_web_link_or_step_on_the_way_does_not_stop_a_change(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    jira.next_answer("POST", "/remotelink$", (403, {}, {}))
    jira.next_answer("POST", "/transitions$", (409, {}, {}))

    moved = adapter.update(ticket, draft(title="New", status="in_progress"), ["title", "status"])

    assert (moved.title, moved.state) == ("New", State.OPEN)


def test_a_task_without_a_due_date_sends_none(adapter: Jira, jira: FakeJira) -> None:
    adapter.create(draft(due=None))

    assert "duedate" not in jira.asked("POST", "/issue")[0].body["fields"]


def test_an_issue_that_may_be_made_and_not_read_is_still_one_issue(adapter: Jira, jira: FakeJira) -> None:
    jira.next_answer("GET", "/issue/10001$", (404, {}, {"errorMessages": ["Issue does not exist."]}))

    ticket = adapter.create(draft())

    assert (ticket.external_id, ticket.key, ticket.state) == (FIRST, "SHOP-1", State.OPEN)


def test_a_long_title_of_several_lines_becomes_one_line_that_fits(adapter: Jira, jira: FakeJira) -> None:
    adapter.create(draft(title="Send\na policy " + "x" * 300))

    assert jira.issues[10001]["fields"]["summary"] == ("Send a policy " + "x" * 300)[:255]


def test_what_the_form_does_not_offer_stands_in_the_text_alone(adapter: Jira, jira: FakeJira) -> None:
    jira.form = {"summary": {}, "description": {}}

    ticket = adapter.create(draft())
    adapter.update(ticket, draft(priority="low", due=None), ["priority", "due"])

    fields = jira.issues[10001]["fields"]
    assert "duedate" not in fields
    assert "priority" not in fields
    assert lines(fields["description"]["content"][0])[0] == "Priority: low"


@pytest.mark.parametrize(
    ("names", "priority", "chosen"),
    [
        (["Highest", "High", "Medium", "Low", "Lowest"], "critical", "1"),
        (["Blocker", "Critical", "Major", "Minor"], "high", "2"),
        (["Blocker", "Critical", "Major", "Minor"], "low", "4"),
        (["P1", "P2", "P3", "P4"], "medium", "3"),
        (["Sofort", "Bald"], "high", None),
        (["High"], "unheard-of", None),
    ],
)
def test_a_priority_is_found_by_the_usual_names_and_else_left_to_people(
    adapter: Jira, jira: FakeJira, names: list[str], priority: str, chosen: str | None
) -> None:
    values = [{"id": str(place), "name": name} for place, name in enumerate(names, start=1)]
    jira.form["priority"] = {"allowedValues": values}

    adapter.create(draft(priority=priority))

    sent = jira.asked("POST", "/issue")[0].body["fields"].get("priority")
    assert sent == ({"id": chosen} if chosen else None)


@pytest.mark.parametrize(
    ("named", "kind"), [("Bug", "10001"), ("bug", "10001"), (None, "10002"), ("", "10002")]
)
def test_the_type_of_issue_is_the_named_one_or_task(
    jira: FakeJira, client_out: Client, named: str | None, kind: str
) -> None:
    jira.page_size = 1

    made(jira, client_out, issue_type=named).create(draft())

    assert jira.asked("POST", "/issue")[0].body["fields"]["issuetype"] == {"id": kind}


def test_a_project_without_tasks_gets_the_first_type_that_is_no_sub_task_and_no_epic(
    adapter: Jira, jira: FakeJira
) -> None:
    jira.kinds[2] = {"id": "10000", "name": "Epic", "subtask": False, "hierarchyLevel": 1}
    jira.kinds.reverse()

    adapter.create(draft())

    assert jira.asked("POST", "/issue")[0].body["fields"]["issuetype"] == {"id": "10001"}


def test_a_type_that_the_project_does_not_have_is_refused(jira: FakeJira, client_out: Client) -> None:
    with pytest.raises(Refused, match="type of issue to make does not exist in SHOP"):
        made(jira, client_out, issue_type="Epos").create(draft())
    assert jira.issues == {}


def test_a_text_beyond_what_jira_takes_is_cut(adapter: Jira, jira: FakeJira) -> None:
    adapter.create(draft(text="a\n" * 9_000))
    adapter.create(draft(text="x" * 90_000))

    written = [json.dumps(issue["fields"]["description"]) for issue in jira.issues.values()]
    assert max(len(text) for text in written) < 32_767
    assert all(f"krafter-task:{TASK}" in text for text in written)


def test_text_of_a_finding_can_neither_pose_as_our_mark_nor_carry_control_characters(
    adapter: Jira, jira: FakeJira
) -> None:
    adapter.create(draft(text=f"krafter-task:{TASK[:-1]}2\n\nbell\x07 and \ud800 @everyone"))

    panel = jira.issues[10001]["fields"]["description"]["content"][0]
    assert lines(panel)[1:] == [f"krafter-task:{TASK[:-1]}2", "bell  and   @everyone", f"krafter-task:{TASK}"]
    assert adapter.ticket(FIRST).marker == TASK


def test_a_change_renews_our_panel_and_keeps_what_people_wrote(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    ours = jira.issues[10001]["fields"]["description"]["content"][0]
    said = {"type": "paragraph", "content": [{"type": "text", "text": "Seen in shop."}]}
    note = {"type": "panel", "attrs": {"panelType": "note"}, "content": [said]}
    rule = {"type": "rule"}
    jira.touch(10001, description={"type": "doc", "version": 1, "content": [note, ours, rule]})

    adapter.update(ticket, draft(priority="low", due=None), ["priority", "due"])

    fields = jira.issues[10001]["fields"]
    before, renewed, after = fields["description"]["content"]
    assert (before, after) == (note, rule)
    assert lines(renewed)[0] == "Priority: low"
    assert (fields["priority"], fields["duedate"]) == ({"id": "4"}, None)


@pytest.mark.parametrize("present", [None, "", "Plain words.", {"type": "doc", "version": 1}])
def test_a_description_of_any_kind_gets_our_panel(adapter: Jira, jira: FakeJira, present: Any) -> None:
    ticket = adapter.create(draft())
    jira.touch(10001, description=present)

    adapter.update(ticket, draft(), ["text"])

    content = jira.issues[10001]["fields"]["description"]["content"]
    assert content[0]["type"] == "panel"
    assert [lines({"content": content[1:]})] == [[present] if present == "Plain words." else []]


def test_nothing_is_sent_when_no_field_changes(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    before = len(jira.requests)

    assert adapter.update(ticket, draft(), []) == ticket
    assert len(jira.requests) == before


def test_only_the_title_is_sent_when_only_the_title_changed(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())

    renewed = adapter.update(ticket, draft(title="Send a strict policy"), ["title"])

    assert [request.body for request in jira.asked("PUT")] == [
        {"fields": {"summary": "Send a strict policy"}}
    ]
    assert renewed.title == "Send a strict policy"


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("backlog", "To Do"),
        ("in_progress", "In Progress"),
        ("blocked", "Blocked"),
        ("ready_verify", "In Review"),
    ],
)
def test_a_new_issue_stands_where_its_task_stands(
    adapter: Jira, jira: FakeJira, status: str, name: str
) -> None:
    adapter.create(draft(status=status))

    assert jira.status() == name


@pytest.mark.parametrize(
    ("at", "status", "name"),
    [
        (there.TO_DO, "in_progress", "In Progress"),
        (there.IN_REVIEW, "in_progress", "In Review"),  # people chose it among those of work under way
        (there.IN_PROGRESS, "ready_verify", "In Progress"),
        (there.BLOCKED, "in_progress", "In Progress"),
        (there.IN_PROGRESS, "blocked", "Blocked"),
        (there.IN_PROGRESS, "backlog", "To Do"),
        (there.DONE, "ready_verify", "Done"),
        (there.DONE, "in_progress", "Done"),  # opened again by `closed` alone
        (there.WONT_DO, "backlog", "Won\u2019t do"),
    ],
)
def test_a_moved_task_moves_its_open_issue_by_category(
    adapter: Jira, jira: FakeJira, at: Any, status: str, name: str
) -> None:
    ticket = adapter.create(draft())
    jira.touch(10001, status=at)

    adapter.update(ticket, draft(status=status), ["status"])

    assert jira.status() == name


def test_without_a_status_named_blocked_a_blocked_issue_stays_under_way(
    adapter: Jira, jira: FakeJira
) -> None:
    ticket = adapter.create(draft(status="in_progress"))
    jira.ways = {"In Progress": ["To Do", "In Review", "Done"]}

    adapter.update(ticket, draft(status="blocked"), ["status"])

    assert jira.status() == "In Progress"


def test_a_move_that_the_workflow_does_not_know_leaves_the_issue_where_it_is(
    adapter: Jira, jira: FakeJira
) -> None:
    ticket = adapter.create(draft())
    jira.ways = {"To Do": []}

    moved = adapter.update(ticket, draft(status="in_progress", title="New"), ["status", "title"])

    assert (moved.title, moved.state) == ("New", State.OPEN)


def test_closing_is_the_way_to_done_with_the_resolution_done_and_opening_the_way_back(
    adapter: Jira, jira: FakeJira
) -> None:
    ticket = adapter.create(draft())

    closed = adapter.update(ticket, draft(**DONE), ["status", "closed"])
    opened = adapter.update(closed, draft(status="in_progress"), ["status", "closed"])

    assert [request.body for request in jira.asked("POST", "/transitions")] == [
        {"transition": {"id": "101"}, "fields": {"resolution": {"id": "10000"}}},
        {"transition": {"id": "31"}},
    ]
    assert (closed.state, opened.state) == (State.CLOSED, State.STARTED)


def test_what_is_closed_already_is_not_closed_again(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    jira.touch(10001, status=there.DONE)

    assert adapter.update(ticket, draft(**DONE), ["status", "closed"]).state == State.CLOSED
    assert jira.asked("POST", "/transitions") == []


def test_a_workflow_that_leads_to_done_by_steps_is_walked(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    jira.ways = {
        "To Do": ["Blocked", "In Progress"],
        "In Progress": ["To Do", "Blocked", "In Review"],
        "In Review": ["In Progress", "Done"],
    }

    assert adapter.update(ticket, draft(**DONE), ["closed"]).state == State.CLOSED
    assert jira.status() == "Done"


def test_opening_takes_what_the_workflow_offers(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    jira.touch(10001, status=there.DONE)
    jira.ways = {"Done": ["In Review"]}

    assert adapter.update(ticket, draft(), ["closed"]).state == State.STARTED
    assert jira.status() == "In Review"


@pytest.mark.parametrize(
    "ways", [{"To Do": []}, {"To Do": ["Won\u2019t do"]}, {"To Do": ["Blocked"], "Blocked": []}]
)
def test_an_issue_that_cannot_be_closed_is_for_a_person(
    adapter: Jira, jira: FakeJira, ways: dict[str, list[str]]
) -> None:
    ticket = adapter.create(draft())
    jira.ways = ways

    with pytest.raises(Refused, match="The workflow lets nobody move SHOP-1 to a status that means done"):
        adapter.update(ticket, draft(**DONE), ["closed"])


def test_a_workflow_that_goes_in_circles_is_left_after_one_round(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    jira.ways = {"To Do": ["In Progress"], "In Progress": ["In Review"], "In Review": ["In Progress"]}

    with pytest.raises(Refused, match="from 'in review'"):
        adapter.update(ticket, draft(**DONE), ["closed"])
    assert len(jira.asked("POST", "/transitions")) == 2


def test_of_two_ways_the_one_whose_screen_asks_for_less_is_taken(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    asking = {"customfield_10010": {"required": True, "name": "Root cause"}}
    filled = {"customfield_10011": {"required": True, "hasDefaultValue": True}}
    ways = [
        {"id": "7", "to": there.DONE, "fields": asking},
        {"id": "8", "to": there.DONE, "isAvailable": False},
        {"id": "101", "to": there.DONE, "fields": filled},
    ]
    jira.next_answer("GET", "/transitions$", (200, {}, {"transitions": ways}))
    jira.next_answer("POST", "/transitions$", (204, {}, b""))

    adapter.update(ticket, draft(**DONE), ["closed"])

    assert jira.asked("POST", "/transitions")[0].body == {"transition": {"id": "101"}}


def test_a_screen_that_asks_for_more_is_told_in_jira_s_own_words(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    wrong = {"errorMessages": [], "errors": {"customfield_10010": "Root cause is required."}}
    jira.next_answer("POST", "/transitions$", (400, {}, wrong))

    with pytest.raises(Refused, match=r"status 400: customfield_10010: Root cause is required\."):
        adapter.update(ticket, draft(**DONE), ["closed"])


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": there.TO_DO}, State.OPEN),
        ({"status": there.IN_PROGRESS}, State.STARTED),
        ({"status": there.IN_REVIEW}, State.STARTED),
        ({"status": there.BLOCKED}, State.OPEN),
        ({"status": there.DONE}, State.CLOSED),
        ({"status": there.DONE, "resolution": {"name": "Done"}}, State.CLOSED),
        ({"status": there.DONE, "resolution": {"name": "Erledigt"}}, State.CLOSED),
        ({"status": there.DONE, "resolution": {"name": "Duplicate"}}, State.DROPPED),
        ({"status": there.WONT_DO}, State.DROPPED),
        ({"status": there.status("7", "Odd", "in-flight")}, State.OPEN),
        ({"status": {"id": "7", "name": "Odd"}}, State.OPEN),
        ({"status": {"statusCategory": None}}, State.OPEN),
    ],
)
def test_an_issue_is_read_by_the_category_of_its_status(
    adapter: Jira, jira: FakeJira, changes: dict[str, Any], state: State
) -> None:
    adapter.create(draft())
    jira.touch(10001, **changes)

    assert adapter.ticket(FIRST).state == state


def test_all_pages_are_read_by_their_tokens(adapter: Jira, jira: FakeJira) -> None:
    for _ in range(5):
        adapter.create(draft())
    jira.page_size = 2

    pages = list(adapter.tickets(LONG_AGO))

    assert [[ticket.key for ticket in page] for page in pages] == [
        ["SHOP-5", "SHOP-4"],
        ["SHOP-3", "SHOP-2"],
        ["SHOP-1"],
    ]
    assert {ticket.marker for page in pages for ticket in page} == {TASK}
    assert [request.body.get("nextPageToken") for request in jira.asked("POST", "/search/jql")] == [
        None,
        "page-2",
        "page-4",
    ]


def test_only_what_changed_since_is_asked_for_whatever_the_time_zone_of_the_account(
    adapter: Jira, jira: FakeJira
) -> None:
    list(adapter.tickets(datetime.now(UTC) - timedelta(minutes=90)))

    assert jira.requests[0].body == {
        "jql": 'project = "SHOP" AND updated >= "-92m" ORDER BY updated DESC',
        "fields": ["summary", "status", "resolution", "updated", "description"],
        "properties": ["krafter.task"],
        "maxResults": 100,
    }


def test_tokens_that_go_in_circles_end(adapter: Jira, jira: FakeJira) -> None:
    for _ in range(3):
        jira.next_answer("POST", "/search/jql$", (200, {}, {"issues": [], "nextPageToken": "again"}))

    assert len(list(adapter.tickets(LONG_AGO))) == 2


def test_the_pull_request_among_the_web_links_is_found(adapter: Jira, jira: FakeJira) -> None:
    ticket = adapter.create(draft())
    for place, url in enumerate(
        [
            "https://github.com/acme/web-app/pull/141",
            "https://gitlab.com/acme/web/-/merge_requests/7",
            "https://github.com/acme/web-app/pull/142/files",
            "https://wiki.acme.example/pull",
        ]
    ):
        jira.links[10001].append({"id": 20000 + place, "object": {"title": "x", "url": url}})

    assert adapter.pull_request(ticket.external_id) == "https://gitlab.com/acme/web/-/merge_requests/7"


def test_an_issue_without_a_pull_request_has_none(adapter: Jira) -> None:
    assert adapter.pull_request(adapter.create(draft()).external_id) is None


@described
def test_the_description_s_own_answers_are_read(adapter: Jira, jira: FakeJira) -> None:
    base = "/rest/api/3"
    jira.next_answer("GET", "/myself$", (200, {}, DESCRIPTION.sample("GET", f"{base}/myself")))
    jira.next_answer("GET", "/project/SHOP$", (200, {}, DESCRIPTION.sample("GET", f"{base}/project/SHOP")))
    kinds = DESCRIPTION.sample("GET", f"{base}/issue/createmeta/SHOP/issuetypes")
    jira.next_answer("GET", "/issuetypes$", (200, {}, kinds))
    jira.next_answer("POST", "/issue$", (201, {}, DESCRIPTION.sample("POST", f"{base}/issue", 201)))
    jira.next_answer("POST", "/remotelink$", (201, {}, {"id": 10000}))
    ways = DESCRIPTION.sample("GET", f"{base}/issue/ED-24/transitions")
    issue = DESCRIPTION.sample("GET", f"{base}/issue/ED-24")
    issue["fields"] |= {"summary": "x", "status": there.TO_DO, "updated": "2026-11-25T10:30:15.000+0100"}
    for _ in range(2):
        jira.next_answer("GET", "/issue/10000$", (200, {}, issue))
    jira.next_answer("GET", "/transitions$", (200, {}, ways))

    adapter.check()
    ticket = adapter.create(draft(status="in_progress"))

    assert (ticket.key, ticket.updated_at.hour, ticket.state) == ("ED-1", 10, State.OPEN)
    assert json.loads(ticket.body)["content"][0]["content"][0]["text"] == "Main order flow broken"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the credentials: Nothing is here.: connect again"),
        (403, "denies access to myself: the account lacks the permission: Nothing is here"),
        (404, "shows no myself to this account"),
        (410, "shows no myself"),
        (302, "has moved"),
        (400, "status 400: Nothing is here"),
    ],
)
def test_a_refusal_is_a_sentence_and_is_not_repeated(
    adapter: Jira, jira: FakeJira, status: int, sentence: str
) -> None:
    jira.next_answer("GET", "/myself$", (status, {}, {"errorMessages": ["Nothing\n is here."], "errors": {}}))

    with pytest.raises(Refused, match=sentence):
        adapter.check()
    assert len(jira.requests) == 1


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"null", {"errors": 1, "errorMessages": 7}, {"message": None}]
)
def test_a_refusal_of_another_form_is_a_refusal_all_the_same(
    adapter: Jira, jira: FakeJira, body: Any
) -> None:
    jira.next_answer("GET", "/myself$", (400, {}, body))

    with pytest.raises(Refused, match=r"\(status 400\)"):
        adapter.check()


def test_too_many_wrong_attempts_ask_for_a_person_at_the_browser(adapter: Jira, jira: FakeJira) -> None:
    headers = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://acme.atlassian.net"}
    jira.next_answer("GET", "/myself$", (403, headers, b"<html>"))

    with pytest.raises(Refused, match="sign in by the browser"):
        adapter.check()


def test_an_archived_project_is_refused(adapter: Jira, jira: FakeJira) -> None:
    jira.next_answer("GET", "/project/SHOP$", (200, {}, {"key": "SHOP", "archived": True}))

    with pytest.raises(Refused, match="SHOP is archived"):
        adapter.check()


def test_wrong_credentials_are_noticed_though_strangers_may_search(
    jira: FakeJira, client_out: Client
) -> None:
    with pytest.raises(Refused, match="does not accept the credentials"):
        made(jira, client_out, api_token="ATATT-other-one").check()


def test_an_outage_is_tried_three_times_where_that_is_safe(adapter: Jira, jira: FakeJira) -> None:
    for _ in range(3):
        jira.next_answer("POST", "/search/jql$", (502, {}, b"<html>Bad gateway</html>"))

    with pytest.raises(Unavailable, match="status 502"):
        list(adapter.tickets(LONG_AGO))
    assert len(jira.requests) == 3


def test_making_an_issue_is_never_repeated(adapter: Jira, jira: FakeJira) -> None:
    jira.next_answer("POST", "/issue$", (503, {}, b""))

    with pytest.raises(Unavailable):
        adapter.create(draft())
    assert len(jira.asked("POST")) == 1


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "30"}, 30),
        (429, {"Retry-After": "30", "X-RateLimit-Reset": "2099-01-01T00:00:00Z"}, 30),
        (503, {"Retry-After": "90"}, 90),
        (429, {}, 60),
        (429, {"Retry-After": "soon", "X-RateLimit-Reset": "never"}, 60),
        (429, {"X-RateLimit-Reset": "2020-01-01T00:00:00Z"}, 60),
        (429, {"Retry-After": "9" * 30}, 86_400),
    ],
)
def test_a_rate_limit_says_when_to_come_back_and_is_not_tried_again_at_once(
    adapter: Jira, jira: FakeJira, status: int, headers: dict[str, str], seconds: int
) -> None:
    jira.next_answer("GET", "/myself$", (status, headers, {}))

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)
    assert len(jira.requests) == 1


@pytest.mark.parametrize("written", ["%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S"])
def test_a_limit_without_seconds_ends_at_its_reset(adapter: Jira, jira: FakeJira, written: str) -> None:
    reset = (datetime.now(UTC) + timedelta(minutes=10)).replace(second=0, microsecond=0)
    jira.next_answer("GET", "/myself$", (429, {"X-RateLimit-Reset": reset.strftime(written)}, {}))

    with pytest.raises(Unavailable) as caught:
        adapter.check()
    assert caught.value.retry_at == reset


RUBBISH = [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"id": "x"}']


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/myself$"),
        ("POST", "/search/jql$"),
        ("GET", "/issuetypes$"),
        ("POST", "/issue$"),
        ("GET", "/issue/10001$"),
    ],
)
def test_an_answer_of_another_form_is_an_outage(
    adapter: Jira, jira: FakeJira, method: str, path: str, rubbish: bytes
) -> None:
    jira.next_answer(method, path, (200, {}, rubbish))

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.check(), list(adapter.tickets(LONG_AGO)), adapter.create(draft())


def test_a_site_that_does_not_answer_in_time_is_an_outage(jira: FakeJira) -> None:
    let_go = threading.Event()

    def late() -> Any:
        let_go.wait(5)
        return 200, {}, {}

    for _ in range(3):
        jira.next_answer("GET", "/myself$", late)

    with Client(limits=Limits(connect=1, read=0.05, total=0.1)) as client:
        with pytest.raises(Unavailable, match="timeout"):
            made(jira, client).check()
        let_go.set()


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"api_token": ""}, "need a 'api_token'"),
        ({"email": None}, "need a 'email'"),
        ({"api_token": "a\r\nX-Evil: 1"}, "need a 'api_token'"),
        ({"project_key": ["x"]}, "need a 'project_key'"),
        ({"project_key": 'X" OR project = "Y'}, "key of a Jira project"),
        ({"project_key": "../admin"}, "key of a Jira project"),
        ({"site": "evil.example"}, "one of Jira Cloud"),
        ({"site": "acme.atlassian.net.evil.example"}, "one of Jira Cloud"),
        ({"site": "http://acme.atlassian.net"}, "one of Jira Cloud"),
        ({"site": "https://x@acme.atlassian.net"}, "one of Jira Cloud"),
        ({"site": ""}, "need a 'site'"),
    ],
)
def test_unusable_credentials_are_refused_before_they_are_sent(
    jira: FakeJira, client_out: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        list(made(jira, client_out, **credentials).tickets(LONG_AGO))
    assert jira.requests == []


@pytest.mark.parametrize(
    "site", ["acme", "acme.atlassian.net", "https://acme.atlassian.net/", "ACME.Atlassian.net"]
)
def test_a_site_is_found_by_its_name_or_address(client_out: Client, site: str) -> None:
    adapter = Jira(client_out, {**CREDENTIALS, "site": site})

    assert adapter.base_url == "https://acme.atlassian.net"
    assert adapter.owns(FIRST)


def test_an_issue_of_another_project_or_site_is_not_ours(adapter: Jira, jira: FakeJira) -> None:
    assert adapter.owns(FIRST)
    for other in ("acme.atlassian.net/STORE/10001", "other.atlassian.net/SHOP/10001", "10001", ""):
        assert not adapter.owns(other)
        with pytest.raises(Refused, match="not an issue of SHOP"):
            adapter.ticket(other)
    assert jira.requests == []


def test_no_form_of_the_credentials_is_told(adapter: Jira) -> None:
    told = f"Denied to {API_TOKEN} ({there.BASIC}) at {there.HOST}"

    assert without_secrets(told, adapter.secrets) == "Denied to [hidden] ([hidden]) at acme.atlassian.net"


def signed_in(jira: FakeJira, client: Client, **chosen: str) -> Jira:
    return Jira(client, {**there.SIGNED_IN, **chosen}, jira.url, sleep=lambda seconds: None)


@pytest.mark.parametrize("chosen", [{}, {"cloud_id": CLOUD_ID}, {"site": "acme"}])
def test_a_sign_in_goes_by_the_gateway_to_its_site(
    jira: FakeJira, client_out: Client, chosen: dict[str, str]
) -> None:
    if chosen:
        jira.sites.append({"id": "99999999-other", "url": "https://other.atlassian.net"})
    adapter = signed_in(jira, client_out, **chosen)

    adapter.check()
    ticket = adapter.create(draft())

    assert jira.requests[1].path == f"/ex/jira/{CLOUD_ID}/rest/api/3/myself"
    assert {request.headers["authorization"] for request in jira.requests} == {f"Bearer {TOKEN}"}
    assert len(jira.asked("GET", "/accessible-resources")) == 1
    assert (ticket.external_id, ticket.url) == (FIRST, "https://acme.atlassian.net/browse/SHOP-1")


@pytest.mark.parametrize(
    "sites",
    [[], [{"id": "a1", "url": "https://a.atlassian.net"}, {"id": "b2", "url": "https://b.atlassian.net"}]],
)
def test_a_sign_in_that_reaches_no_site_or_several_asks_which(
    jira: FakeJira, client_out: Client, sites: list[Any]
) -> None:
    jira.sites = sites

    with pytest.raises(Refused, match="must reach one site"):
        signed_in(jira, client_out).check()


def test_a_site_s_id_cannot_lead_to_another_path(jira: FakeJira, client_out: Client) -> None:
    jira.sites = [{"id": "../../x", "url": "https://acme.atlassian.net"}]

    with pytest.raises(Refused, match="must reach one site"):
        signed_in(jira, client_out, cloud_id="../../x").check()


def an_hour_passes() -> None:
    ExternalLink.objects.update(updated_at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def integration(project: Project, jira: FakeJira) -> Integration:
    return services.connect(project, "jira", credentials=CREDENTIALS, by=SYSTEM)


@pytest.fixture
def sync(integration: Integration) -> Sync:
    """Ask for a sync, an hour after the last one, and let a worker carry it out."""

    def run() -> Integration:
        an_hour_passes()
        services.request_sync(integration.project, "jira", by=SYSTEM)
        engine.sync(integration.pk)
        integration.refresh_from_db()
        return integration

    return run


def test_a_task_becomes_one_issue_and_what_nobody_changed_stays(
    sync: Sync, make_task: MakeTask, jira: FakeJira, integration: Integration
) -> None:
    task = make_task()

    outcomes = [(sync().status, sync().last_error), (sync().status, sync().last_error)]

    task.refresh_from_db()
    assert outcomes == [("connected", "")] * 2
    assert list(jira.issues) == [10001]
    assert task.external_ticket_key == "SHOP-1"
    assert jira.asked("PUT") == []
    link = ExternalLink.objects.get(task=task)
    assert (link.external_id, link.url) == (FIRST, "https://acme.atlassian.net/browse/SHOP-1")
    assert jira.links[10001][0]["object"]["url"].endswith(f"/admin/remediation/task/{task.pk}/change/")


def test_an_answer_that_was_lost_after_the_issue_was_made_does_not_make_another(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    task = make_task()

    def lost() -> Any:
        jira._create(jira.requests[-1].body)
        return 502, {}, b""

    jira.next_answer("POST", "/issue$", lost)

    first, second = sync().status, sync().status

    task.refresh_from_db()
    assert (first, second) == ("error", "connected")
    assert list(jira.issues) == [10001]
    assert task.external_ticket_key == "SHOP-1"


def test_a_sync_that_dies_between_making_the_issue_and_keeping_its_key_makes_no_other(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    task = make_task()
    jira.next_answer("GET", "/issue/10001$", (200, {}, b"<html>"))

    first = (sync().status, ExternalLink.objects.get(task=task).state)
    jira.touch(10001, summary="Renamed meanwhile", description=None)
    second = (sync().status, ExternalLink.objects.get(task=task).state)

    assert (first, second) == (("error", "claimed"), ("connected", "linked"))
    assert len(jira.asked("POST", "/issue")) == 1


def test_changes_of_a_task_go_out(sync: Sync, make_task: MakeTask, jira: FakeJira) -> None:
    task = make_task()
    sync()

    due = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    changes = {"title": "Send it", "status": "blocked", "priority": "critical", "sla_due_at": due}
    tasks.update(task.pk, changes=changes, by=SYSTEM)
    sync()

    fields = jira.issues[10001]["fields"]
    assert (fields["summary"], fields["duedate"], fields["priority"]) == (
        "Send it",
        "2027-01-02",
        {"id": "1"},
    )
    assert jira.status() == "Blocked"
    task.refresh_from_db()
    assert task.status == "blocked"


def test_an_approval_closes_the_issue_and_a_reopening_opens_it_again(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    task = make_task()
    sync()
    jira.touch(10001, status=there.IN_REVIEW)
    sync()
    started = status_of(task)
    jira.touch(10001, status=there.DONE)
    sync()
    ready = (status_of(task), jira.status())

    pending = Verification.objects.get(task=task)
    verdicts.approve(pending.pk, by=SYSTEM)
    sync()
    closed = (status_of(task), jira.status())
    verdicts.reopen(pending.pk, by=SYSTEM)
    sync()

    assert started == "in_progress"
    assert ready == ("ready_verify", "Done")
    assert closed == ("done", "Done")
    assert (status_of(task), jira.status()) == ("in_progress", "In Progress")


def status_of(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def test_an_issue_reopened_there_takes_the_task_back_to_work(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    task = make_task()
    sync()
    jira.touch(10001, status=there.DONE)
    sync()
    jira.touch(10001, status=there.TO_DO)
    sync()

    assert status_of(task) == "in_progress"


def test_one_task_that_is_refused_does_not_stop_the_others(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    make_task("First"), make_task("Second")
    wrong = {"errors": {"customfield_1": f"Team is required, {API_TOKEN}."}}
    jira.next_answer("POST", "/issue$", (400, {}, wrong))

    assert sync().status == "connected"
    assert [issue["fields"]["summary"] for issue in jira.issues.values()] == ["Second"]
    (refused,) = SyncRun.objects.get().refused
    assert refused == {
        "what": "First",
        "why": "Jira refused the request for issue (status 400: customfield_1: Team is required, [hidden].).",
    }


def test_a_rate_limit_pauses_the_sync_and_the_next_run_goes_on(
    sync: Sync, make_task: MakeTask, jira: FakeJira, integration: Integration
) -> None:
    make_task("First"), make_task("Second")
    jira.next_answer("GET", "/issuetypes$", (429, {"Retry-After": "30"}, {}))

    paused = sync().status
    an_hour_passes()
    Integration.objects.update(not_before=datetime.now(UTC))
    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert (paused, integration.status) == ("syncing", "connected")
    assert len(jira.issues) == 2


def test_a_code_becomes_a_sign_in_that_keeps_the_project_and_drops_the_api_token(
    integration: Integration, project: Project, jira: FakeJira, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "CLIENT_ID": "client-1",
        "CLIENT_SECRET": "secret-1",
        "TOKEN_URL": f"{jira.url}/oauth/token",
    }.items():
        monkeypatch.setenv(f"KRAFTER_JIRA_{name}", value)

    row = services.connect_by_code(project, "jira", auth_code="once", by=SYSTEM)

    assert jira.token_requests == [
        {
            "grant_type": "authorization_code",
            "code": "once",
            "client_id": "client-1",
            "client_secret": "secret-1",
        }
    ]
    kept = sealed.opened(row)
    assert (kept["token"], kept["site"], kept["project_key"]) == (TOKEN, "acme.atlassian.net", "SHOP")
    assert "api_token" not in kept
    services.request_sync(project, "jira", by=SYSTEM)
    engine.sync(row.pk)
    row.refresh_from_db()
    assert (row.status, row.last_error) == ("connected", "")
