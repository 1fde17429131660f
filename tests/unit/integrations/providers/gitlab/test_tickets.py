"""Issues of GitLab: the requests, and how responses are read."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.gitlab import GitLab, pages
from integrations.providers.types import Ticket, TicketState
from krafter_audit.http.client import Client, Limits
from tests.fakes.specs import requires_spec
from tests.fakes.trackers.gitlab import PROJECT, FakeGitLab, example
from tests.unit.integrations.providers.drafts import LONG_AGO, TASK, draft
from tests.unit.integrations.providers.gitlab.conftest import connect

KEY = f"{PROJECT}#1"
PATH = "/api/v4/projects/acme%2Fshop%2Fweb-app"
UNDOCUMENTED = [b"", b"<html>Sign in</html>", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}"]


def test_create_sends_title_labels_due_date_guidance_and_hidden_marker(
    provider: GitLab, gitlab: FakeGitLab
) -> None:
    ticket = provider.create_ticket(draft(confidential=True))

    (sent,) = gitlab.received("POST")
    assert sent.path == f"{PATH}/issues"
    assert sent.body == {
        "title": "Send a Content-Security-Policy",
        "labels": ["krafter:backlog", "priority:high"],
        "due_date": "2026-12-01",
        "confidential": True,
        "description": (
            f"<!-- krafter-task:{TASK} -->\n**Due:** 2026-12-01 14:30 UTC · **Priority:** high\n\n"
            "Name a default.\n1. Add the header.\n<!-- /krafter-task -->"
        ),
    }
    assert (ticket.key, ticket.external_id, ticket.marker) == (KEY, KEY, TASK)
    assert ticket.url == "https://gitlab.example/acme/shop/web-app/-/issues/1"
    assert ticket.state == TicketState.OPEN


def test_create_sends_confidentiality_and_due_date_only_if_needed(
    provider: GitLab, gitlab: FakeGitLab
) -> None:
    provider.create_ticket(draft(due=None, title="x" * 300))

    body = gitlab.received("POST")[0].body
    assert set(body) == {"title", "labels", "description"}
    assert len(body["title"]) == 255


@pytest.mark.parametrize("text", ["/close", "First.\n/close", "First.\r\n/close", "First.\n  /close\nthen"])
def test_text_of_a_finding_cannot_run_quick_actions(provider: GitLab, gitlab: FakeGitLab, text: str) -> None:
    created = provider.create_ticket(draft(text=text))
    ticket = provider.update_ticket(created, draft(text=text, due=None), ["due"])

    assert (created.state, ticket.state) == (TicketState.OPEN, TicketState.OPEN)
    assert "\\/close" in gitlab.issues[1]["description"]


def test_references_in_a_title_are_escaped_and_read_without_the_escapes(
    provider: GitLab, gitlab: FakeGitLab
) -> None:
    title = "Fix #1 of @ada and ~bug"

    ticket = provider.create_ticket(draft(title=title))

    assert gitlab.issues[1]["title"] == "Fix #\u200b1 of @\u200bada and ~\u200bbug"
    assert (ticket.title, provider.get_ticket(KEY).title) == (title, title)


def test_text_of_a_finding_cannot_close_our_block_or_mention_people(
    provider: GitLab, gitlab: FakeGitLab
) -> None:
    provider.create_ticket(draft(text="<!-- /krafter-task --> ask @everyone"))

    description = gitlab.issues[1]["description"]
    assert description.count("-->") == 2
    assert "@everyone" not in description


def test_update_keeps_labels_and_text_of_other_people(provider: GitLab, gitlab: FakeGitLab) -> None:
    provider.create_ticket(draft())
    written = f"Seen in shop.\n\n{gitlab.issues[1]['description']}\n\nI take it."
    gitlab.touch(1, description=written, add_labels=["team::web"])

    ticket = provider.update_ticket(
        provider.get_ticket(KEY),
        draft(status="blocked", priority="low", due=None),
        ["status", "priority", "due"],
    )

    sent = gitlab.received("PUT")[0].body
    assert sent["add_labels"] == ["krafter:blocked", "priority:low"]
    assert sent["remove_labels"] == ["krafter:backlog", "priority:high"]
    assert sent["due_date"] is None
    assert ticket.labels == ("krafter:blocked", "priority:low", "team::web")
    assert ticket.body.startswith("Seen in shop.\n\n<!-- krafter-task:")
    assert ticket.body.endswith("<!-- /krafter-task -->\n\nI take it.")
    assert "**Priority:** low" in ticket.body
    assert "Due" not in ticket.body


def test_update_keeps_the_dismissed_label(provider: GitLab, gitlab: FakeGitLab) -> None:
    provider.create_ticket(draft())
    gitlab.touch(1, state="closed", add_labels=["krafter:dismissed"])

    ticket = provider.update_ticket(provider.get_ticket(KEY), draft(status="blocked"), ["status"])

    assert ticket.labels == ("krafter:blocked", "krafter:dismissed", "priority:high")
    assert ticket.state == TicketState.DROPPED


def test_close_and_reopen_send_an_event_once(provider: GitLab, gitlab: FakeGitLab) -> None:
    ticket = provider.create_ticket(draft())

    closed = provider.update_ticket(ticket, draft(closed=True), ["closed"])
    again = provider.update_ticket(closed, draft(closed=True), ["closed"])
    opened = provider.update_ticket(closed, draft(), ["closed"])

    assert [sent.body for sent in gitlab.received("PUT")] == [
        {"state_event": "close"},
        {"state_event": "reopen"},
    ]
    assert (closed.state, again, opened.state) == (TicketState.CLOSED, closed, TicketState.OPEN)


def test_update_without_changes_sends_nothing(provider: GitLab, gitlab: FakeGitLab) -> None:
    ticket = provider.create_ticket(draft())

    assert provider.update_ticket(ticket, draft(), []) == ticket
    assert provider.update_ticket(ticket, draft(), ["status"]) == ticket
    assert gitlab.received("PUT") == []


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"state": "opened"}, TicketState.OPEN),
        ({"state": "locked"}, TicketState.OPEN),
        ({"add_labels": ["krafter:in_progress"]}, TicketState.STARTED),
        ({"add_labels": ["Doing"]}, TicketState.STARTED),
        ({"state": "closed"}, TicketState.CLOSED),
        ({"state": "closed", "add_labels": ["Doing"]}, TicketState.CLOSED),
        ({"state": "closed", "_links": {"closed_as_duplicate_of": None}}, TicketState.CLOSED),
        ({"state": "closed", "add_labels": ["krafter:dismissed"]}, TicketState.DROPPED),
        ({"state": "closed", "moved_to_id": 77}, TicketState.DROPPED),
        ({"state": "closed", "_links": {"closed_as_duplicate_of": "https://…/9"}}, TicketState.DROPPED),
    ],
)
def test_state_is_read_from_state_labels_and_links(
    provider: GitLab, gitlab: FakeGitLab, changes: dict[str, Any], state: TicketState
) -> None:
    provider.create_ticket(draft())
    gitlab.touch(1, **changes)

    assert provider.get_ticket(KEY).state == state


def test_changed_tickets_reads_all_pages(provider: GitLab, gitlab: FakeGitLab) -> None:
    for _ in range(5):
        provider.create_ticket(draft())
    gitlab.page_size = 2

    pages = list(provider.changed_tickets(LONG_AGO))

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [ticket.key.rpartition("#")[2] for page in pages for ticket in page] == ["5", "4", "3", "2", "1"]


def test_changed_tickets_requests_changes_since_a_time(provider: GitLab, gitlab: FakeGitLab) -> None:
    list(provider.changed_tickets(datetime(2026, 11, 25, 10, 30, 15, 999, tzinfo=UTC)))

    assert gitlab.requests[0].query == {
        "scope": "all",
        "state": "all",
        "order_by": "updated_at",
        "sort": "desc",
        "updated_after": "2026-11-25T10:30:15Z",
        "per_page": "100",
    }


def test_next_page_on_another_host_is_refused(provider: GitLab, gitlab: FakeGitLab) -> None:
    headers = {"Link": '<http://127.0.0.2:1/steal>; rel="next"'}
    gitlab.next_answer("GET", "/issues$", (200, headers, []))

    with pytest.raises(ProviderRefused, match="another host"):
        list(provider.changed_tickets(LONG_AGO))


def test_newest_closing_merge_request_of_the_project_is_found(provider: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.merge(1, 142, state="merged")
    gitlab.merge(1, 141)
    gitlab.merge(1, 150, state="closed")
    gitlab.merge(1, 151, web_url="javascript:alert(1)")
    gitlab.merge(1, 999, project="other/web-app")
    gitlab.merge(1, 160, relation="related_merge_requests")
    gitlab.page_size = 2

    found = provider.find_pull_request(KEY)

    assert found == "https://gitlab.example/acme/shop/web-app/-/merge_requests/142"
    assert gitlab.received("GET", "/related_merge_requests") == []


def test_related_merge_request_is_found_if_none_closes_the_issue(
    http_client: Client, gitlab: FakeGitLab
) -> None:
    gitlab.merge(1, 8, relation="related_merge_requests")
    gitlab.merge(1, 9, relation="related_merge_requests", project="other/web-app")
    expected = "https://gitlab.example/acme/shop/web-app/-/merge_requests/8"

    assert connect(gitlab, http_client).find_pull_request(KEY) == expected
    assert connect(gitlab, http_client, project="42").find_pull_request("42#1") == expected


def test_issue_without_merge_requests_has_no_pull_request(provider: GitLab) -> None:
    assert provider.find_pull_request(KEY) is None


def test_create_is_not_retried(provider: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.next_answer("POST", "/issues$", (502, {}, {}))

    with pytest.raises(ProviderUnavailable):
        provider.create_ticket(draft())
    assert len(gitlab.requests) == 1


ISSUE = {
    "iid": 1,
    "web_url": "https://gitlab.com/acme/shop/web-app/-/issues/1",
    "title": "Title",
    "state": "opened",
    "labels": [],
    "updated_at": "2026-11-01T10:00:00Z",
}


@pytest.mark.parametrize(
    "body",
    [
        *UNDOCUMENTED,
        b'{"iid": "x"}',
        b'{"iid": 1}',
        *({**ISSUE, name: None} for name in ISSUE if not name.endswith("_url")),
        {**ISSUE, "state": "unknown"},
    ],
)
def test_undocumented_issue_is_unavailable(provider: GitLab, gitlab: FakeGitLab, body: Any) -> None:
    gitlab.next_answer("POST", "/issues$", (201, {}, body))

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.create_ticket(draft())


def test_issue_of_another_project_is_refused(provider: GitLab, gitlab: FakeGitLab) -> None:
    assert provider.owns("Acme/Shop/Web-App#12")
    assert not provider.owns("acme/other#12")
    for other in ("acme/other#12", f"{PROJECT}#", f"{PROJECT}#1/../2"):
        with pytest.raises(ProviderRefused):
            provider.get_ticket(other)
    assert gitlab.requests == []


@requires_spec("gitlab.json")
def test_examples_of_the_description_are_read(provider: GitLab, gitlab: FakeGitLab) -> None:
    issue, merge_request = example("APIEntitiesIssue"), example("APIEntitiesMergeRequestBasic")
    project = example("APIEntitiesProjectWithAccess")
    finding = {**example("VulnerabilitiesFindingEntity"), "name": "Weak cipher", "uuid": "u-1"}
    finding["dismissal_feedback"] = None
    gitlab.next_answer("GET", "web-app$", (200, {}, {**project, "issues_enabled": True}))
    gitlab.next_answer("GET", "/issues$", (200, {}, [issue]))
    gitlab.next_answer("GET", "/closed_by$", (200, {}, [merge_request]))
    gitlab.findings = [finding]

    provider.check_connection()
    (ticket,) = next(iter(provider.changed_tickets(LONG_AGO)))

    assert (ticket.key, ticket.title, ticket.labels) == (f"{PROJECT}#14", issue["title"], ("bug",))
    assert ticket.updated_at == datetime(2022, 11, 14, 17, 22, 1, 470000, tzinfo=UTC)
    assert ticket.url == "http://example.com/example/example/issues/14"
    assert provider.find_pull_request(KEY) is None
    (page,) = provider.finding_lists()[0].pages()
    assert [ticket.severity for ticket in page] == ["medium"]


def make_issues(gitlab: FakeGitLab, sizes: list[int]) -> None:
    """Create issues with descriptions of these sizes; the newest is the first of the list."""
    for size in sizes:
        gitlab.create({"title": f"Issue of {size}", "description": "x" * size})


def sizes_of_pages(gitlab: FakeGitLab) -> list[tuple[str, str]]:
    """Return page and size of each requested page."""
    requests = gitlab.received("GET", "/issues")
    return [(request.query.get("page", "1"), request.query["per_page"]) for request in requests]


def numbers(pages: Iterable[Sequence[Ticket]]) -> list[int]:
    """Return the numbers of the tickets in pages, without repetitions."""
    return list(dict.fromkeys(int(ticket.key.rpartition("#")[2]) for page in pages for ticket in page))


@pytest.mark.parametrize(
    ("max_bytes", "expected"),
    [
        (5_000, [("1", "100"), ("1", "50"), ("1", "20"), ("1", "5"), ("1", "1")]),
        (10_000, [("1", "100"), ("1", "50"), ("1", "20"), ("1", "5"), ("2", "5")]),
        (40_000, [("1", "100"), ("1", "50"), ("1", "20"), ("2", "20"), ("3", "20")]),
        (90_000, [("1", "100"), ("1", "50"), ("2", "50")]),
        (900_000, [("1", "100"), ("2", "100")]),
    ],
)
def test_page_that_is_too_large_is_read_in_smaller_pages(
    gitlab: FakeGitLab, loopback: None, max_bytes: int, expected: list[tuple[str, str]]
) -> None:
    make_issues(gitlab, [1_000] * 130)

    with Client(limits=Limits(body=max_bytes)) as client:
        found = numbers(connect(gitlab, client).changed_tickets(LONG_AGO))

    assert found == list(range(130, 0, -1))
    assert sizes_of_pages(gitlab)[: len(expected)] == expected


def test_pages_after_a_large_one_have_the_usual_size(gitlab: FakeGitLab, loopback: None) -> None:
    # The last 30 issues of the first page are large.
    make_issues(gitlab, [*[10] * 150, *[2_000] * 30, *[10] * 70])

    with Client(limits=Limits(body=50_000)) as client:
        found = numbers(connect(gitlab, client).changed_tickets(LONG_AGO))

    assert found == list(range(250, 0, -1))
    assert sizes_of_pages(gitlab) == [
        ("1", "100"),
        ("1", "50"),
        ("2", "50"),
        ("3", "20"),
        ("4", "20"),
        ("5", "20"),
        ("2", "100"),
        ("3", "100"),
    ]


def test_single_issue_that_is_too_large_is_unavailable(gitlab: FakeGitLab, loopback: None) -> None:
    make_issues(gitlab, [10, 100_000, 10])

    with (
        Client(limits=Limits(body=50_000)) as client,
        pytest.raises(ProviderUnavailable, match="a larger response than can be read") as caught,
    ):
        list(connect(gitlab, client).changed_tickets(LONG_AGO))

    assert caught.value.reason == "truncated"
    assert sizes_of_pages(gitlab)[:5] == [("1", size) for size in ("100", "50", "20", "5", "1")]


def test_smaller_page_of_a_keyset_keeps_its_cursor() -> None:
    url = "https://gitlab.example/api/v4/projects/7/issues?cursor=eyJpZCI6&per_page=100"

    assert pages.first_row(url) == 0
    assert parse_qs(urlsplit(pages.resized(url, 0, 20)).query) == {"cursor": ["eyJpZCI6"], "per_page": ["20"]}


def test_campaigns_are_labels_without_commas(provider: GitLab, gitlab: FakeGitLab) -> None:
    ticket = provider.create_ticket(draft(campaigns=("Spring, cleaning",)))
    gitlab.issues[1]["labels"].append("checkout")

    moved = provider.update_ticket(
        provider.get_ticket(ticket.key), draft(campaigns=("Autumn",)), {"campaigns"}
    )

    assert "krafter-campaign:Spring cleaning" in ticket.labels
    assert {label for label in moved.labels if "c" in label and ":" not in label} == {"checkout"}
    assert {label for label in moved.labels if "campaign" in label} == {"krafter-campaign:Autumn"}


@pytest.mark.parametrize(
    "names",
    [
        ("team::a", "team::b"),
        (":a", ":b"),
        ("x:::a", "x:::b"),
        ("Fix <title>", "Fix &amp; forget"),
        ("<b>x</b>",),
        (" \U0001f680 launch, ", "Launch", "launch"),
    ],
)
def test_labels_of_campaigns_neither_exclude_each_other_nor_change(
    provider: GitLab, gitlab: FakeGitLab, names: tuple[str, ...]
) -> None:
    ticket = provider.create_ticket(draft(campaigns=names))
    expected = provider.own_labels(draft(campaigns=names))
    gitlab.requests.clear()

    again = provider.update_ticket(ticket, draft(campaigns=names), {"campaigns", "status"})

    assert (set(ticket.labels), again, gitlab.requests) == (expected, ticket, [])
    assert len(ticket.labels) == 2 + len(names)
