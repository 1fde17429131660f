"""Issues of GitHub: the requests, and how responses are read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.github import GitHub
from integrations.providers.types import TicketState
from tests.fakes.specs import load_spec, requires_spec
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.providers.drafts import LONG_AGO, TASK, draft

UNDOCUMENTED = [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000]


def test_create_sends_title_labels_due_date_guidance_and_hidden_marker(
    provider: GitHub, github: FakeGitHub
) -> None:
    ticket = provider.create_ticket(draft())

    assert github.received("POST")[0].body == {
        "title": "Send a Content-Security-Policy",
        "labels": ["krafter:backlog", "priority:high"],
        "body": (
            f"<!-- krafter-task:{TASK} -->\n**Due:** 2026-12-01 14:30 UTC · **Priority:** high\n\n"
            "Name a default.\n1. Add the header.\n<!-- /krafter-task -->"
        ),
    }
    assert (ticket.key, ticket.external_id, ticket.marker) == ("acme/web-app#1", "acme/web-app#1", TASK)
    assert ticket.url == "https://github.com/acme/web-app/issues/1"
    assert ticket.state == TicketState.OPEN


def test_text_of_a_finding_cannot_close_our_block_or_mention_people(
    provider: GitHub, github: FakeGitHub
) -> None:
    provider.create_ticket(draft(text="<!-- /krafter-task --> ask @everyone"))

    body = github.issues[1]["body"]
    assert body.count("-->") == 2
    assert "@everyone" not in body


def test_update_keeps_labels_and_text_of_other_people(provider: GitHub, github: FakeGitHub) -> None:
    provider.create_ticket(draft())
    github.touch(1, body=f"Seen in shop.\n\n{github.issues[1]['body']}\n\nI take it.")
    github.touch(1, labels=["krafter:backlog", "priority:high", "team:web"])

    ticket = provider.update_ticket(
        provider.get_ticket("acme/web-app#1"),
        draft(status="blocked", priority="low", due=None),
        ["status", "priority"],
    )

    assert ticket.labels == ("krafter:blocked", "priority:low", "team:web")
    assert github.issues[1]["body"].startswith("Seen in shop.\n\n<!-- krafter-task:")
    assert github.issues[1]["body"].endswith("<!-- /krafter-task -->\n\nI take it.")
    assert "**Priority:** low" in github.issues[1]["body"]
    assert "Due" not in github.issues[1]["body"]


def test_labels_that_the_repository_writes_in_another_case_are_ours(
    provider: GitHub, github: FakeGitHub
) -> None:
    github.create({"title": "Another", "body": "", "labels": ["Priority:High", "Krafter:in_progress"]})
    ticket = provider.create_ticket(draft(status="in_progress"))

    moved = provider.update_ticket(ticket, draft(status="blocked", priority="low"), ["status", "priority"])

    assert (ticket.labels, ticket.state) == (("Krafter:in_progress", "Priority:High"), TicketState.STARTED)
    assert moved.labels == ("krafter:blocked", "priority:low")


def test_close_and_reopen_send_state_and_reason(provider: GitHub, github: FakeGitHub) -> None:
    ticket = provider.create_ticket(draft())

    closed = provider.update_ticket(ticket, draft(closed=True), ["closed"])
    opened = provider.update_ticket(closed, draft(), ["closed"])

    assert [request.body for request in github.received("PATCH")] == [
        {"state": "closed", "state_reason": "completed"},
        {"state": "open", "state_reason": "reopened"},
    ]
    assert (closed.state, opened.state) == (TicketState.CLOSED, TicketState.OPEN)


def test_update_without_fields_sends_nothing(provider: GitHub, github: FakeGitHub) -> None:
    ticket = provider.create_ticket(draft())

    assert provider.update_ticket(ticket, draft(), []) == ticket
    assert github.received("PATCH") == []


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"state": "open"}, TicketState.OPEN),
        ({"labels": ["krafter:in_progress"]}, TicketState.STARTED),
        ({"state": "closed", "state_reason": "completed"}, TicketState.CLOSED),
        ({"state": "closed", "state_reason": None}, TicketState.CLOSED),
        ({"state": "closed", "state_reason": "not_planned"}, TicketState.DROPPED),
        ({"state": "closed", "state_reason": "duplicate"}, TicketState.DROPPED),
    ],
)
def test_state_is_read_from_state_reason_and_label(
    provider: GitHub, github: FakeGitHub, changes: dict[str, Any], state: TicketState
) -> None:
    provider.create_ticket(draft())
    github.touch(1, **changes)

    assert provider.get_ticket("acme/web-app#1").state == state


def test_changed_tickets_reads_all_pages_without_pull_requests(provider: GitHub, github: FakeGitHub) -> None:
    for _ in range(5):
        provider.create_ticket(draft())
    github.issues[3]["pull_request"] = {"html_url": "https://github.com/acme/web-app/pull/3"}
    github.page_size = 2

    pages = list(provider.changed_tickets(LONG_AGO))

    assert [len(page) for page in pages] == [2, 1, 1]
    assert [ticket.key.rpartition("#")[2] for page in pages for ticket in page] == ["5", "4", "2", "1"]


def test_changed_tickets_requests_changes_since_a_time(provider: GitHub, github: FakeGitHub) -> None:
    list(provider.changed_tickets(datetime(2026, 11, 25, 10, 30, 15, 999, tzinfo=UTC)))

    assert github.requests[0].query == {
        "state": "all",
        "sort": "updated",
        "direction": "desc",
        "since": "2026-11-25T10:30:15Z",
        "per_page": "100",
    }


def test_next_page_on_another_host_is_refused(provider: GitHub, github: FakeGitHub) -> None:
    elsewhere = {"Link": '<http://127.0.0.2:1/steal>; rel="next"'}
    github.next_answer("GET", "/issues$", (200, elsewhere, []))

    with pytest.raises(ProviderRefused, match="another host"):
        list(provider.changed_tickets(LONG_AGO))


def test_circular_page_links_end(provider: GitHub, github: FakeGitHub) -> None:
    again = {"Link": f'<{github.url}/repos/acme/web-app/issues?page=2>; rel="next"'}
    for _ in range(3):
        github.next_answer("GET", "/issues$", (200, again, []))

    assert len(list(provider.changed_tickets(LONG_AGO))) == 2


def test_latest_pull_request_of_the_repository_is_found(provider: GitHub, github: FakeGitHub) -> None:
    ticket = provider.create_ticket(draft())
    github.refer(1, "https://github.com/acme/web-app/pull/141")
    github.refer(1, "https://github.com/acme/web-app/pull/142")
    github.refer(1, "https://github.com/other/web-app/pull/9")
    github.page_size = 1

    assert provider.find_pull_request(ticket.key) == "https://github.com/acme/web-app/pull/142"


def test_issue_without_pull_request(provider: GitHub) -> None:
    assert provider.find_pull_request(provider.create_ticket(draft()).key) is None


@requires_spec("github.json")
def test_examples_of_the_description_are_read(provider: GitHub, github: FakeGitHub) -> None:
    issues = load_spec("github.json").sample("GET", "/repos/a/b/issues")
    timeline = load_spec("github.json").sample("GET", "/repos/a/b/issues/1/timeline")
    created = load_spec("github.json").sample("POST", "/repos/a/b/issues", 201)
    github.next_answer("GET", "/issues$", (200, {}, issues))
    github.next_answer("POST", "/issues$", (201, {}, created))
    github.next_answer("GET", "/timeline$", (200, {}, timeline))

    listed = [ticket for page in provider.changed_tickets(LONG_AGO) for ticket in page]
    ticket = provider.create_ticket(draft())

    assert [ticket.key for ticket in listed] == [
        f"acme/web-app#{i['number']}" for i in issues if "pull_request" not in i
    ]
    assert (ticket.key, ticket.title, ticket.labels) == ("acme/web-app#1347", "Found a bug", ("bug",))
    assert provider.find_pull_request(ticket.key) is None


def test_create_is_not_retried(provider: GitHub, github: FakeGitHub) -> None:
    github.next_answer("POST", "/issues$", (502, {}, {}))

    with pytest.raises(ProviderUnavailable):
        provider.create_ticket(draft())
    assert len(github.requests) == 1


ISSUE = {
    "number": 1,
    "html_url": "https://github.com/acme/web-app/issues/1",
    "title": "Title",
    "state": "open",
    "labels": [],
    "updated_at": "2026-11-01T10:00:00Z",
}


@pytest.mark.parametrize(
    "body",
    [
        *UNDOCUMENTED,
        b'{"number": "x"}',
        b'{"number": 1}',
        *({**ISSUE, name: None} for name in ISSUE if not name.endswith("_url")),
        {**ISSUE, "state": "unknown"},
    ],
)
def test_undocumented_issue_is_unavailable(provider: GitHub, github: FakeGitHub, body: Any) -> None:
    github.next_answer("POST", "/issues$", (201, {}, body))

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.create_ticket(draft())


def test_time_without_a_zone_is_utc(provider: GitHub, github: FakeGitHub) -> None:
    github.next_answer("GET", "/issues/1$", (200, {}, {**ISSUE, "updated_at": "2026-11-01T10:00:00"}))

    assert provider.get_ticket("acme/web-app#1").updated_at == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_issue_of_another_repository_is_refused(provider: GitHub, github: FakeGitHub) -> None:
    assert provider.owns("Acme/Web-App#12")
    assert not provider.owns("acme/other#12")
    with pytest.raises(ProviderRefused):
        provider.get_ticket("acme/other#12")
    assert github.requests == []
