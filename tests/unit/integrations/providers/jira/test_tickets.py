"""Issues of Jira: the requests, and how responses are read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.jira import Jira
from integrations.providers.types import TicketState
from tests.fakes.specs import load_spec, requires_spec
from tests.fakes.trackers import jira as fake_jira
from tests.fakes.trackers.jira import FakeJira
from tests.fakes.vendor_server import Answer
from tests.unit.integrations.providers.drafts import LONG_AGO, TASK
from tests.unit.integrations.providers.jira.ticket_parts import DONE, FIRST, draft, lines

UNDOCUMENTED = [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"id": "x"}']


def test_create_sends_title_priority_due_date_guidance_and_the_task_as_property(
    provider: Jira, jira: FakeJira
) -> None:
    ticket = provider.create_ticket(draft())

    body = jira.received("POST", "/issue")[0].body
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
    assert ticket.state == TicketState.OPEN


def test_issue_has_one_web_link_to_its_task(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    provider.update_ticket(ticket, draft(**DONE), ["closed"])

    (link,) = jira.links[10001]
    assert link["globalId"] == f"urn:uuid:{TASK}"
    assert link["object"] == {
        "url": f"https://audit.acme.example/tasks/{TASK}",
        "title": "Send a Content-Security-Policy",
        "status": {"resolved": True},
    }


def test_create_succeeds_if_the_web_link_is_refused(provider: Jira, jira: FakeJira) -> None:
    jira.next_answer("POST", "/remotelink$", (403, {}, {"errorMessages": ["Issue linking is off."]}))

    assert provider.create_ticket(draft()).key == "SHOP-1"
    assert provider.notes == [
        "SHOP-1 has no current link to its task: Jira denies access to issue/10001/remotelink: the account lacks a "
        "permission."
    ]


def test_update_succeeds_if_web_link_and_transition_are_refused(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    jira.next_answer("POST", "/remotelink$", (403, {}, {}))
    jira.next_answer("POST", "/transitions$", (409, {}, {}))

    moved = provider.update_ticket(ticket, draft(title="New", status="in_progress"), ["title", "status"])

    assert (moved.title, moved.state) == ("New", TicketState.OPEN)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((409, {}, {}), "Jira refused the request for issue/10001/transitions (status 409)."),
        ((301, {}, {}), "Jira says that issue/10001/transitions has moved"),
        ((200, {}, {}), "Jira accepted the transition, but did not make it."),
        ((204, {}, b""), "Jira accepted the transition, but did not make it."),
    ],
)
def test_transition_that_jira_did_not_make_is_noted(
    provider: Jira, jira: FakeJira, answer: Answer, reason: str
) -> None:
    ticket = provider.create_ticket(draft())
    jira.next_answer("POST", "/transitions$", answer)

    provider.update_ticket(ticket, draft(status="in_progress"), ["status"])

    (note,) = provider.notes
    assert note.startswith(f"SHOP-1 was not moved to 'in progress': {reason}")


def test_transition_that_jira_made_is_not_noted(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())

    provider.update_ticket(ticket, draft(status="in_progress"), ["status"])

    assert (jira.status(), provider.notes) == ("In Progress", [])


def test_create_succeeds_if_the_issue_cannot_be_read(provider: Jira, jira: FakeJira) -> None:
    jira.next_answer("GET", "/issue/10001$", (404, {}, {"errorMessages": ["Issue does not exist."]}))

    ticket = provider.create_ticket(draft())

    assert (ticket.external_id, ticket.key, ticket.state) == (FIRST, "SHOP-1", TicketState.OPEN)
    (note,) = provider.notes
    assert note.startswith("SHOP-1 was not moved to the status of its task: Jira did not find issue/10001")


def test_update_replaces_our_panel_and_keeps_other_text(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    ours = jira.issues[10001]["fields"]["description"]["content"][0]
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "Seen in shop."}]}
    note = {"type": "panel", "attrs": {"panelType": "note"}, "content": [paragraph]}
    rule = {"type": "rule"}
    jira.touch(10001, description={"type": "doc", "version": 1, "content": [note, ours, rule]})

    provider.update_ticket(ticket, draft(priority="low", due=None), ["priority", "due"])

    fields = jira.issues[10001]["fields"]
    before, renewed, after = fields["description"]["content"]
    assert (before, after) == (note, rule)
    assert lines(renewed)[0] == "Priority: low"
    assert (fields["priority"], fields["duedate"]) == ({"id": "4"}, None)


@pytest.mark.parametrize("present", [None, "", "Plain words.", {"type": "doc", "version": 1}])
def test_update_adds_our_panel_to_any_description(provider: Jira, jira: FakeJira, present: Any) -> None:
    ticket = provider.create_ticket(draft())
    jira.touch(10001, description=present)

    provider.update_ticket(ticket, draft(), ["text"])

    content = jira.issues[10001]["fields"]["description"]["content"]
    assert content[0]["type"] == "panel"
    assert [lines({"content": content[1:]})] == [[present] if present == "Plain words." else []]


def test_update_without_fields_sends_nothing(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    before = len(jira.requests)

    assert provider.update_ticket(ticket, draft(), []) == ticket
    assert len(jira.requests) == before


def test_update_of_the_title_sends_only_the_title(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())

    renewed = provider.update_ticket(ticket, draft(title="Send a strict policy"), ["title"])

    assert [request.body for request in jira.received("PUT")] == [
        {"fields": {"summary": "Send a strict policy"}}
    ]
    assert renewed.title == "Send a strict policy"


def test_changed_tickets_reads_all_pages(provider: Jira, jira: FakeJira) -> None:
    for _ in range(5):
        provider.create_ticket(draft())
    jira.page_size = 2

    pages = list(provider.changed_tickets(LONG_AGO))

    assert [[ticket.key for ticket in page] for page in pages] == [
        ["SHOP-5", "SHOP-4"],
        ["SHOP-3", "SHOP-2"],
        ["SHOP-1"],
    ]
    assert {ticket.marker for page in pages for ticket in page} == {TASK}
    assert [request.body.get("nextPageToken") for request in jira.received("POST", "/search/jql")] == [
        None,
        "page-2",
        "page-4",
    ]


def test_changed_tickets_requests_a_relative_time(provider: Jira, jira: FakeJira) -> None:
    list(provider.changed_tickets(datetime.now(UTC) - timedelta(minutes=90)))

    assert jira.requests[0].body == {
        "jql": 'project = "SHOP" AND updated >= "-92m" ORDER BY updated DESC',
        "fields": ["summary", "status", "resolution", "updated", "description"],
        "properties": ["krafter.task"],
        "maxResults": 100,
    }


def test_circular_page_tokens_end(provider: Jira, jira: FakeJira) -> None:
    for _ in range(3):
        jira.next_answer("POST", "/search/jql$", (200, {}, {"issues": [], "nextPageToken": "again"}))

    assert len(list(provider.changed_tickets(LONG_AGO))) == 2


def test_newest_pull_request_among_the_web_links_is_found(provider: Jira, jira: FakeJira) -> None:
    ticket = provider.create_ticket(draft())
    for index, url in enumerate(
        [
            "https://github.com/acme/web-app/pull/141",
            "https://gitlab.com/acme/web/-/merge_requests/7",
            "https://github.com/acme/web-app/pull/142/files",
            "https://wiki.acme.example/pull",
        ]
    ):
        jira.links[10001].append({"id": 20000 + index, "object": {"title": "x", "url": url}})

    assert provider.find_pull_request(ticket.external_id) == "https://gitlab.com/acme/web/-/merge_requests/7"


def test_issue_without_pull_request(provider: Jira) -> None:
    assert provider.find_pull_request(provider.create_ticket(draft()).external_id) is None


@requires_spec("jira.json")
def test_examples_of_the_description_are_read(provider: Jira, jira: FakeJira) -> None:
    base, spec = "/rest/api/3", load_spec("jira.json")
    jira.next_answer("GET", "/myself$", (200, {}, spec.sample("GET", f"{base}/myself")))
    jira.next_answer("GET", "/project/SHOP$", (200, {}, spec.sample("GET", f"{base}/project/SHOP")))
    types = spec.sample("GET", f"{base}/issue/createmeta/SHOP/issuetypes")
    jira.next_answer("GET", "/issuetypes$", (200, {}, types))
    jira.next_answer("POST", "/issue$", (201, {}, spec.sample("POST", f"{base}/issue", 201)))
    jira.next_answer("POST", "/remotelink$", (201, {}, {"id": 10000}))
    transitions = spec.sample("GET", f"{base}/issue/ED-24/transitions")
    issue = spec.sample("GET", f"{base}/issue/ED-24")
    issue["fields"] |= {"summary": "x", "status": fake_jira.TO_DO, "updated": "2026-11-25T10:30:15.000+0100"}
    for _ in range(2):
        jira.next_answer("GET", "/issue/10000$", (200, {}, issue))
    jira.next_answer("GET", "/transitions$", (200, {}, transitions))

    provider.check_connection()
    ticket = provider.create_ticket(draft(status="in_progress"))

    assert (ticket.key, ticket.updated_at.hour, ticket.state) == ("ED-1", 10, TicketState.OPEN)
    assert json.loads(ticket.body)["content"][0]["content"][0]["text"] == "Main order flow broken"


def test_create_is_not_retried(provider: Jira, jira: FakeJira) -> None:
    jira.next_answer("POST", "/issue$", (503, {}, b""))

    with pytest.raises(ProviderUnavailable):
        provider.create_ticket(draft())
    assert len(jira.received("POST")) == 1


@pytest.mark.parametrize("body", UNDOCUMENTED)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/search/jql$"),
        ("GET", "/issuetypes$"),
        ("POST", "/issue$"),
        ("GET", "/issue/10001$"),
    ],
)
def test_undocumented_response_is_unavailable(
    provider: Jira, jira: FakeJira, method: str, path: str, body: bytes
) -> None:
    for _ in range(3):
        jira.next_answer(method, path, (200, {}, body))

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.check_connection(), list(provider.changed_tickets(LONG_AGO)), provider.create_ticket(draft())


FIELDS = {"summary": "Title", "status": fake_jira.DONE, "updated": "2026-11-01T10:00:00.000+0000"}


@pytest.mark.parametrize(
    "issue",
    [
        {"key": None},
        *({"fields": {**FIELDS, name: None}} for name in FIELDS),
    ],
)
def test_issue_with_a_missing_value_is_unavailable(
    provider: Jira, jira: FakeJira, issue: dict[str, Any]
) -> None:
    jira.next_answer(
        "GET", "/issue/10001$", (200, {}, {"id": "10001", "key": "SHOP-1", "fields": FIELDS, **issue})
    )

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.get_ticket(FIRST)


def test_issue_of_another_project_or_site_is_refused(provider: Jira, jira: FakeJira) -> None:
    assert provider.owns(FIRST)
    for other in ("acme.atlassian.net/STORE/10001", "other.atlassian.net/SHOP/10001", "10001", ""):
        assert not provider.owns(other)
        with pytest.raises(ProviderRefused, match="not an issue of SHOP"):
            provider.get_ticket(other)
    assert jira.requests == []


def test_comment_ends_with_a_line_that_identifies_it(provider: Jira, jira: FakeJira) -> None:
    provider.create_ticket(draft())

    provider.add_comment(FIRST, text="1 check failed.\n" * 500, marker=TASK, was_tried=False)

    (comment,) = jira.comments[10001]
    paragraphs = [node["content"][0]["text"] for node in comment["body"]["content"]]
    assert paragraphs[0] == "1 check failed."
    assert paragraphs[-1] == f"Krafter Audit, ref {TASK}"
    assert "properties" not in comment


def test_comment_of_a_person_is_not_ours(provider: Jira, jira: FakeJira) -> None:
    provider.create_ticket(draft())
    text = {"type": "text", "text": f"I moved the task {TASK}."}
    body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}
    jira.comments[10001] = [
        {"id": "1", "body": body},
        {"id": "2", "body": "plain"},
        {"id": "3", "body": None},
    ]

    provider.add_comment(FIRST, text="1 check failed.", marker=TASK, was_tried=True)

    assert len(jira.comments[10001]) == 4


def test_form_whose_fields_have_no_ids_is_an_unreadable_response(provider: Jira, jira: FakeJira) -> None:
    fields = {"fields": [{"fieldId": None}], "startAt": 0, "maxResults": 50, "total": 1}
    jira.next_answer("GET", "/issuetypes/10002$", (200, {}, fields))

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.create_ticket(draft())
    assert jira.issues == {}
