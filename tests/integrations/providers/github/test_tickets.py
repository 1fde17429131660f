"""GitHub: what is sent, how answers are read, and what is a refusal and what an outage."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.providers.base import Draft, Refused, State, Unavailable
from integrations.providers.github.tickets import GitHub
from krafter_audit.http.client import Client
from tests.fakes.dialects.github import DESCRIPTION, REPOSITORY, TOKEN, FakeGitHub

TASK = "018f4f3c-0000-7000-8000-000000000001"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
described = pytest.mark.skipif(
    DESCRIPTION is None,
    reason="GitHub's description (provider-specs/github.json) does not lie beside this checkout",
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
    }
    return Draft(**{**usual, **changes})


@pytest.fixture
def adapter(github: FakeGitHub, client_out: Client) -> GitHub:
    return made(github, client_out)


def made(github: FakeGitHub, client: Client, **credentials: Any) -> GitHub:
    given = {"token": TOKEN, "repository": REPOSITORY, **credentials}
    return GitHub(client, given, github.url, sleep=lambda seconds: None)


def test_an_issue_carries_title_labels_due_date_guidance_and_the_hidden_marker(
    adapter: GitHub, github: FakeGitHub
) -> None:
    ticket = adapter.create(draft())

    assert github.asked("POST")[0].body == {
        "title": "Send a Content-Security-Policy",
        "labels": ["krafter:backlog", "priority:high"],
        "body": (
            f"<!-- krafter-task:{TASK} -->\n**Due:** 2026-12-01 14:30 UTC · **Priority:** high\n\n"
            "Name a default.\n1. Add the header.\n<!-- /krafter-task -->"
        ),
    }
    assert (ticket.key, ticket.external_id, ticket.marker) == ("acme/web-app#1", "acme/web-app#1", TASK)
    assert ticket.url == "https://github.com/acme/web-app/issues/1"
    assert ticket.state == State.OPEN


def test_every_request_names_the_token_the_version_and_who_asks(adapter: GitHub, github: FakeGitHub) -> None:
    adapter.check()

    headers = github.requests[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"]


def test_text_of_a_finding_cannot_close_our_part_or_call_people(adapter: GitHub, github: FakeGitHub) -> None:
    adapter.create(draft(text="<!-- /krafter-task --> ask @everyone"))

    body = github.issues[1]["body"]
    assert body.count("-->") == 2
    assert "@everyone" not in body


def test_a_change_keeps_foreign_labels_and_what_people_wrote(adapter: GitHub, github: FakeGitHub) -> None:
    adapter.create(draft())
    github.touch(1, body=f"Seen in shop.\n\n{github.issues[1]['body']}\n\nI take it.")
    github.touch(1, labels=["krafter:backlog", "priority:high", "team:web"])

    ticket = adapter.update(
        adapter.ticket("acme/web-app#1"),
        draft(status="blocked", priority="low", due=None),
        ["status", "priority"],
    )

    assert ticket.labels == ("krafter:blocked", "priority:low", "team:web")
    assert github.issues[1]["body"].startswith("Seen in shop.\n\n<!-- krafter-task:")
    assert github.issues[1]["body"].endswith("<!-- /krafter-task -->\n\nI take it.")
    assert "**Priority:** low" in github.issues[1]["body"]
    assert "Due" not in github.issues[1]["body"]


def test_closing_says_completed_and_opening_says_reopened(adapter: GitHub, github: FakeGitHub) -> None:
    ticket = adapter.create(draft())

    closed = adapter.update(ticket, draft(closed=True), ["closed"])
    opened = adapter.update(closed, draft(), ["closed"])

    assert [request.body for request in github.asked("PATCH")] == [
        {"state": "closed", "state_reason": "completed"},
        {"state": "open", "state_reason": "reopened"},
    ]
    assert (closed.state, opened.state) == (State.CLOSED, State.OPEN)


def test_nothing_is_sent_when_no_field_changes(adapter: GitHub, github: FakeGitHub) -> None:
    ticket = adapter.create(draft())

    assert adapter.update(ticket, draft(), []) == ticket
    assert github.asked("PATCH") == []


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"state": "open"}, State.OPEN),
        ({"labels": ["krafter:in_progress"]}, State.STARTED),
        ({"state": "closed", "state_reason": "completed"}, State.CLOSED),
        ({"state": "closed", "state_reason": None}, State.CLOSED),
        ({"state": "closed", "state_reason": "not_planned"}, State.DROPPED),
        ({"state": "closed", "state_reason": "duplicate"}, State.DROPPED),
    ],
)
def test_an_issue_is_read_by_category(
    adapter: GitHub, github: FakeGitHub, changes: dict[str, Any], state: State
) -> None:
    adapter.create(draft())
    github.touch(1, **changes)

    assert adapter.ticket("acme/web-app#1").state == state


def test_all_pages_are_read_and_pull_requests_are_left_out(adapter: GitHub, github: FakeGitHub) -> None:
    for _ in range(5):
        adapter.create(draft())
    github.issues[3]["pull_request"] = {"html_url": "https://github.com/acme/web-app/pull/3"}
    github.page_size = 2

    pages = list(adapter.tickets(LONG_AGO))

    assert [len(page) for page in pages] == [2, 1, 1]
    assert [ticket.key.rpartition("#")[2] for page in pages for ticket in page] == ["5", "4", "2", "1"]


def test_only_what_changed_since_is_asked_for(adapter: GitHub, github: FakeGitHub) -> None:
    list(adapter.tickets(datetime(2026, 11, 25, 10, 30, 15, 999, tzinfo=UTC)))

    assert github.requests[0].query == {
        "state": "all",
        "sort": "updated",
        "direction": "desc",
        "since": "2026-11-25T10:30:15Z",
        "per_page": "100",
    }


def test_the_token_is_not_carried_to_another_host_by_a_link(adapter: GitHub, github: FakeGitHub) -> None:
    elsewhere = {"Link": '<http://127.0.0.2:1/steal>; rel="next"'}
    github.next_answer("GET", "/issues$", (200, elsewhere, []))

    with pytest.raises(Refused, match="another host"):
        list(adapter.tickets(LONG_AGO))


def test_a_link_that_goes_in_circles_ends(adapter: GitHub, github: FakeGitHub) -> None:
    again = {"Link": f'<{github.url}/repos/acme/web-app/issues?page=2>; rel="next"'}
    for _ in range(3):
        github.next_answer("GET", "/issues$", (200, again, []))

    assert len(list(adapter.tickets(LONG_AGO))) == 2


def test_the_last_pull_request_of_this_repository_is_found(adapter: GitHub, github: FakeGitHub) -> None:
    ticket = adapter.create(draft())
    github.refer(1, "https://github.com/acme/web-app/pull/141")
    github.refer(1, "https://github.com/acme/web-app/pull/142")
    github.refer(1, "https://github.com/stranger/web-app/pull/9")
    github.page_size = 1

    assert adapter.pull_request(ticket.key) == "https://github.com/acme/web-app/pull/142"


def test_an_issue_without_a_pull_request_has_none(adapter: GitHub) -> None:
    assert adapter.pull_request(adapter.create(draft()).key) is None


@described
def test_the_description_s_own_issues_and_timeline_are_read(adapter: GitHub, github: FakeGitHub) -> None:
    issues = DESCRIPTION.sample("GET", "/repos/a/b/issues")
    timeline = DESCRIPTION.sample("GET", "/repos/a/b/issues/1/timeline")
    created = DESCRIPTION.sample("POST", "/repos/a/b/issues", 201)
    github.next_answer("GET", "/issues$", (200, {}, issues))
    github.next_answer("POST", "/issues$", (201, {}, created))
    github.next_answer("GET", "/timeline$", (200, {}, timeline))

    listed = [ticket for page in adapter.tickets(LONG_AGO) for ticket in page]
    ticket = adapter.create(draft())

    assert [found.key for found in listed] == [
        f"acme/web-app#{i['number']}" for i in issues if "pull_request" not in i
    ]
    assert (ticket.key, ticket.title, ticket.labels) == ("acme/web-app#1347", "Found a bug", ("bug",))
    assert adapter.pull_request(ticket.key) is None


@described
def test_the_description_s_own_code_scanning_alerts_become_findings(
    adapter: GitHub, github: FakeGitHub
) -> None:
    github.alerts["code-scanning"] = DESCRIPTION.sample("GET", "/repos/a/b/code-scanning/alerts")

    source = adapter.sources()[0]
    found = [finding for page in source.pages() for finding in page]

    assert source.name == "code scanning alerts"
    assert [(f.title, f.severity, f.domain) for f in found] == [
        ("Arbitrary file write during zip extraction (code scanning alert 4)", "high", "security"),
        ("Arbitrary file write during zip extraction (code scanning alert 3)", "high", "security"),
    ]
    assert found[0].external_id == "acme/web-app/code-scanning/4"
    assert found[0].url == "https://github.com/octocat/hello-world/code-scanning/4"
    assert found[0].assets == (("file", "spec-main/api-session-spec.ts"),)
    assert github.requests[-1].query == {"state": "open", "per_page": "100"}


def code_alert(**rule: Any) -> dict[str, Any]:
    return {
        "number": 7,
        "html_url": "https://github.com/acme/web-app/security/code-scanning/7",
        "rule": {"id": "js/xss", "description": "Cross-site scripting", **rule},
        "tool": {"name": "CodeQL"},
        "most_recent_instance": {},
    }


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ({"security_severity_level": "critical", "severity": "note"}, "critical"),
        ({"security_severity_level": "low", "severity": "error"}, "low"),
        ({"security_severity_level": None, "severity": "error"}, "high"),
        ({"severity": "warning"}, "medium"),
        ({"severity": "note"}, "low"),
        ({"severity": None}, "low"),
        ({"security_severity_level": "strange"}, "low"),
        ({"security_severity_level": "strange", "severity": "error"}, "high"),
        ({"severity": "strange"}, "medium"),
    ],
)
def test_the_severity_of_an_alert_is_its_security_level_or_else_its_rule_s(
    adapter: GitHub, github: FakeGitHub, rule: dict[str, Any], severity: str
) -> None:
    github.alerts["code-scanning"] = [code_alert(**rule)]

    assert [f.severity for page in adapter.sources()[0].pages() for f in page] == [severity]


def dependabot_alert(**changes: Any) -> dict[str, Any]:
    return {
        "number": 2,
        "html_url": "https://github.com/acme/web-app/security/dependabot/2",
        "dependency": {"package": {"name": "django"}, "manifest_path": "requirements.txt"},
        "security_advisory": {
            "ghsa_id": "GHSA-rf4j-j272-fj86",
            "cve_id": "CVE-2018-6188",
            "summary": "Information leakage",
            "description": "AuthenticationForm leaks.",
            "severity": "high",
        },
        "security_vulnerability": {
            "package": {"name": "django"},
            "severity": "high",
            "vulnerable_version_range": ">= 2.0.0, < 2.0.2",
            "first_patched_version": {"identifier": "2.0.2"},
        },
        **changes,
    }


def test_a_dependabot_alert_becomes_a_finding_with_the_upgrade_as_its_fix(
    adapter: GitHub, github: FakeGitHub
) -> None:
    github.alerts["dependabot"] = [dependabot_alert()]

    (found,) = [finding for page in adapter.sources()[1].pages() for finding in page]

    assert found.title == "django: Information leakage (Dependabot alert 2)"
    assert (found.severity, found.assets) == ("high", (("file", "requirements.txt"),))
    assert found.evidence["first_patched"] == "2.0.2"
    assert found.fix is not None
    assert found.fix["summary"] == "Upgrade django to 2.0.2 or later."


def test_a_dependabot_alert_without_a_patch_has_no_fix(adapter: GitHub, github: FakeGitHub) -> None:
    alert = dependabot_alert()
    alert["security_vulnerability"]["first_patched_version"] = None
    github.alerts["dependabot"] = [alert]

    (found,) = [finding for page in adapter.sources()[1].pages() for finding in page]

    assert found.fix is None


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the token"),
        (403, "lacks the permission"),
        (404, "shows no acme/web-app to this token"),
        (410, "shows no acme/web-app"),
        (301, "has moved"),
        (422, "status 422: Validation Failed"),
    ],
)
def test_a_refusal_is_a_sentence_and_is_not_repeated(
    adapter: GitHub, github: FakeGitHub, status: int, sentence: str
) -> None:
    github.next_answer("GET", "/web-app$", (status, {}, {"message": "Validation Failed"}))

    with pytest.raises(Refused, match=sentence):
        adapter.check()
    assert len(github.requests) == 1


def test_an_outage_is_tried_three_times_where_that_is_safe(adapter: GitHub, github: FakeGitHub) -> None:
    for _ in range(3):
        github.next_answer("GET", "/web-app$", (502, {}, {}))

    with pytest.raises(Unavailable, match="status 502"):
        adapter.check()
    assert len(github.requests) == 3


def test_an_outage_that_passes_is_not_noticed(adapter: GitHub, github: FakeGitHub) -> None:
    github.next_answer("GET", "/web-app$", (503, {}, {}))

    adapter.check()

    assert len(github.requests) == 2


def test_making_an_issue_is_never_repeated(adapter: GitHub, github: FakeGitHub) -> None:
    github.next_answer("POST", "/issues$", (502, {}, {}))

    with pytest.raises(Unavailable):
        adapter.create(draft())
    assert len(github.requests) == 1


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (403, {"retry-after": "90"}, {}, 90),
        (429, {"retry-after": "30"}, {}, 30),
        (429, {}, {}, 60),
        (429, {"retry-after": "soon"}, {}, 60),
        (403, {}, {"message": "You have exceeded a secondary rate limit."}, 60),
    ],
)
def test_a_rate_limit_says_when_to_come_back_and_is_not_tried_again_at_once(
    adapter: GitHub, github: FakeGitHub, status: int, headers: dict[str, str], body: Any, seconds: int
) -> None:
    github.next_answer("GET", "/web-app$", (status, headers, body))

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)
    assert len(github.requests) == 1


def test_the_primary_limit_ends_at_its_reset(adapter: GitHub, github: FakeGitHub) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 600
    github.next_answer(
        "GET", "/web-app$", (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}, {})
    )

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at == datetime.fromtimestamp(reset, UTC)


RUBBISH = [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_a_repository_of_another_form_is_an_outage(
    adapter: GitHub, github: FakeGitHub, rubbish: bytes
) -> None:
    github.next_answer("GET", "/web-app$", (200, {}, rubbish))

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.check()


@pytest.mark.parametrize("rubbish", [*RUBBISH, b'{"number": "x"}', b'{"number": 1}'])
def test_an_issue_of_another_form_is_an_outage(adapter: GitHub, github: FakeGitHub, rubbish: bytes) -> None:
    github.next_answer("POST", "/issues$", (201, {}, rubbish))

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.create(draft())


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"token": ""}, "need a 'token'"),
        ({"token": None}, "need a 'token'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a 'token'"),
        ({"token": ["x"]}, "need a 'token'"),
        ({"repository": ""}, "need a 'repository'"),
        ({"repository": "web-app"}, "written as owner/name"),
        ({"repository": "acme/.."}, "written as owner/name"),
        ({"repository": "acme/web-app/../../user"}, "written as owner/name"),
        ({"repository": "acme/web app"}, "written as owner/name"),
        ({"repository": "acme/web-app?x="}, "written as owner/name"),
    ],
)
def test_unusable_credentials_are_refused_before_anything_is_sent(
    github: FakeGitHub, client_out: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        made(github, client_out, **credentials).check()
    assert github.requests == []


def test_a_repository_without_issues_is_refused(adapter: GitHub, github: FakeGitHub) -> None:
    github.has_issues = False

    with pytest.raises(Refused, match="Issues are switched off"):
        adapter.check()


def test_an_issue_of_another_repository_is_not_ours(adapter: GitHub, github: FakeGitHub) -> None:
    assert adapter.owns("Acme/Web-App#12")
    assert not adapter.owns("acme/other#12")
    with pytest.raises(Refused):
        adapter.ticket("acme/other#12")
    assert github.requests == []


def test_a_far_end_that_cannot_be_reached_is_an_outage(client_out: Client, github: FakeGitHub) -> None:
    adapter = GitHub(
        client_out,
        {"token": TOKEN, "repository": REPOSITORY},
        "http://127.0.0.1:9",
        sleep=lambda seconds: None,
    )

    with pytest.raises(Unavailable, match="could not be reached"):
        adapter.check()
