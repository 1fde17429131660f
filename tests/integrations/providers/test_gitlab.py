"""GitLab: what is sent, how answers are read, what is a refusal and what an outage; and a sync, whole."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest_one
from integrations import credentials as secrets
from integrations import services
from integrations import sync as engine
from integrations.models import ExternalLink, Integration, SyncRun
from integrations.providers.base import Draft, Refused, State, Unavailable
from integrations.providers.gitlab import GitLab
from krafter_audit.http.client import Client, Limits
from remediation.models import Task
from remediation.services import tasks, verdicts, verifications
from tests.integrations.conftest import MakeTask
from tests.integrations.fake_gitlab import DESCRIPTION, PROJECT, TOKEN, FakeGitLab, example, serve

TASK = "018f4f3c-0000-7000-8000-000000000001"
KEY = f"{PROJECT}#1"
PATH = "/api/v4/projects/acme%2Fshop%2Fweb-app"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CREDENTIALS = {"token": TOKEN, "project": PROJECT}
Sync = Callable[[], Integration]
described = pytest.mark.skipif(
    DESCRIPTION is None,
    reason="GitLab's description (provider-specs/gitlab.json) does not lie beside this checkout",
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
        "confidential": True,
    }
    return Draft(**{**usual, **changes})


@pytest.fixture
def gitlab(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitLab]:
    """The far end; afterwards nothing that it was asked may break GitLab's description."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    for far_end in serve():
        monkeypatch.setenv("KRAFTER_GITLAB_URL", f"{far_end.url}/api/v4")
        monkeypatch.setenv("KRAFTER_GITLAB_TOKEN_URL", f"{far_end.url}/oauth/token")
        yield far_end
        assert far_end.complaints == []


@pytest.fixture
def client_out(gitlab: FakeGitLab) -> Iterator[Client]:
    with Client() as client:
        yield client


@pytest.fixture
def adapter(gitlab: FakeGitLab, client_out: Client) -> GitLab:
    return made(gitlab, client_out)


def made(gitlab: FakeGitLab, client: Client, **credentials: Any) -> GitLab:
    given = {**CREDENTIALS, "base_url": gitlab.url, **credentials}
    return GitLab(client, given, sleep=lambda seconds: None)


@pytest.fixture
def sync(project: Project, gitlab: FakeGitLab) -> Sync:
    """GitLab, connected: ask for a sync and let a worker carry it out."""
    row = services.connect(project, "gitlab", credentials=CREDENTIALS, by=SYSTEM)

    def run() -> Integration:
        services.request_sync(project, "gitlab", by=SYSTEM)
        engine.sync(row.pk)
        row.refresh_from_db()
        return row

    return run


# What is sent


def test_an_issue_carries_title_labels_due_date_guidance_and_the_hidden_marker(
    adapter: GitLab, gitlab: FakeGitLab
) -> None:
    ticket = adapter.create(draft())

    (sent,) = gitlab.asked("POST")
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
    assert ticket.state == State.OPEN


def test_an_issue_that_hides_nothing_is_not_confidential_and_has_no_due_date_unless_the_task_has(
    adapter: GitLab, gitlab: FakeGitLab
) -> None:
    adapter.create(draft(confidential=False, due=None, title="x" * 300))

    body = gitlab.asked("POST")[0].body
    assert set(body) == {"title", "labels", "description"}
    assert len(body["title"]) == 255


def test_every_request_names_the_token_as_bearer_and_who_asks(adapter: GitLab, gitlab: FakeGitLab) -> None:
    adapter.check()

    (request,) = gitlab.requests
    assert request.path == PATH
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "private-token" not in request.headers
    assert request.headers["user-agent"]


@pytest.mark.parametrize("text", ["/close", "First.\n/close", "First.\r\n/close", "First.\n  /close\nthen"])
def test_text_of_a_finding_commands_nothing(adapter: GitLab, gitlab: FakeGitLab, text: str) -> None:
    made_there = adapter.create(draft(text=text))
    ticket = adapter.update(made_there, draft(text=text, due=None), ["due"])

    assert (made_there.state, ticket.state) == (State.OPEN, State.OPEN)
    assert "\\/close" in gitlab.issues[1]["description"]


def test_text_of_a_finding_cannot_close_our_part_or_call_people(adapter: GitLab, gitlab: FakeGitLab) -> None:
    adapter.create(draft(text="<!-- /krafter-task --> ask @everyone"))

    description = gitlab.issues[1]["description"]
    assert description.count("-->") == 2
    assert "@everyone" not in description


def test_a_change_keeps_foreign_labels_and_what_people_wrote(adapter: GitLab, gitlab: FakeGitLab) -> None:
    adapter.create(draft())
    written = f"Seen in shop.\n\n{gitlab.issues[1]['description']}\n\nI take it."
    gitlab.touch(1, description=written, add_labels=["team::web"])

    ticket = adapter.update(
        adapter.ticket(KEY), draft(status="blocked", priority="low", due=None), ["status", "priority", "due"]
    )

    sent = gitlab.asked("PUT")[0].body
    assert sent["add_labels"] == ["krafter:blocked", "priority:low"]
    assert sent["remove_labels"] == ["krafter:backlog", "priority:high"]
    assert sent["due_date"] is None
    assert ticket.labels == ("krafter:blocked", "priority:low", "team::web")
    assert ticket.body.startswith("Seen in shop.\n\n<!-- krafter-task:")
    assert ticket.body.endswith("<!-- /krafter-task -->\n\nI take it.")
    assert "**Priority:** low" in ticket.body
    assert "Due" not in ticket.body


def test_the_label_by_which_a_person_dismissed_an_issue_stays(adapter: GitLab, gitlab: FakeGitLab) -> None:
    adapter.create(draft())
    gitlab.touch(1, state="closed", add_labels=["krafter:dismissed"])

    ticket = adapter.update(adapter.ticket(KEY), draft(status="blocked"), ["status"])

    assert ticket.labels == ("krafter:blocked", "krafter:dismissed", "priority:high")
    assert ticket.state == State.DROPPED


def test_an_issue_is_closed_and_opened_by_an_event_and_once(adapter: GitLab, gitlab: FakeGitLab) -> None:
    ticket = adapter.create(draft())

    closed = adapter.update(ticket, draft(closed=True), ["closed"])
    again = adapter.update(closed, draft(closed=True), ["closed"])
    opened = adapter.update(closed, draft(), ["closed"])

    assert [sent.body for sent in gitlab.asked("PUT")] == [
        {"state_event": "close"},
        {"state_event": "reopen"},
    ]
    assert (closed.state, again, opened.state) == (State.CLOSED, closed, State.OPEN)


def test_nothing_is_sent_when_no_field_changes(adapter: GitLab, gitlab: FakeGitLab) -> None:
    ticket = adapter.create(draft())

    assert adapter.update(ticket, draft(), []) == ticket
    assert adapter.update(ticket, draft(), ["status"]) == ticket
    assert gitlab.asked("PUT") == []


# How answers are read


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"state": "opened"}, State.OPEN),
        ({"state": "locked"}, State.OPEN),
        ({"add_labels": ["krafter:in_progress"]}, State.STARTED),
        ({"add_labels": ["Doing"]}, State.STARTED),
        ({"state": "closed"}, State.CLOSED),
        ({"state": "closed", "add_labels": ["Doing"]}, State.CLOSED),
        ({"state": "closed", "_links": {"closed_as_duplicate_of": None}}, State.CLOSED),
        ({"state": "closed", "add_labels": ["krafter:dismissed"]}, State.DROPPED),
        ({"state": "closed", "moved_to_id": 77}, State.DROPPED),
        ({"state": "closed", "_links": {"closed_as_duplicate_of": "https://…/9"}}, State.DROPPED),
    ],
)
def test_an_issue_is_read_by_category(
    adapter: GitLab, gitlab: FakeGitLab, changes: dict[str, Any], state: State
) -> None:
    adapter.create(draft())
    gitlab.touch(1, **changes)

    assert adapter.ticket(KEY).state == state


def test_all_pages_are_read_the_newest_change_first(adapter: GitLab, gitlab: FakeGitLab) -> None:
    for _ in range(5):
        adapter.create(draft())
    gitlab.page_size = 2

    pages = list(adapter.tickets(LONG_AGO))

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [ticket.key.rpartition("#")[2] for page in pages for ticket in page] == ["5", "4", "3", "2", "1"]


def test_only_what_changed_since_is_asked_for(adapter: GitLab, gitlab: FakeGitLab) -> None:
    list(adapter.tickets(datetime(2026, 11, 25, 10, 30, 15, 999, tzinfo=UTC)))

    assert gitlab.requests[0].query == {
        "scope": "all",
        "state": "all",
        "order_by": "updated_at",
        "sort": "desc",
        "updated_after": "2026-11-25T10:30:15Z",
        "per_page": "100",
    }


def test_the_token_is_not_carried_to_another_host_by_a_link(adapter: GitLab, gitlab: FakeGitLab) -> None:
    elsewhere = {"Link": '<http://127.0.0.2:1/steal>; rel="next"'}
    gitlab.next_answer("GET", "/issues$", (200, elsewhere, []))

    with pytest.raises(Refused, match="another host"):
        list(adapter.tickets(LONG_AGO))


def test_the_newest_merge_request_of_this_project_that_closes_the_issue_is_found(
    adapter: GitLab, gitlab: FakeGitLab
) -> None:
    gitlab.merge(1, 142, state="merged")
    gitlab.merge(1, 141)
    gitlab.merge(1, 150, state="closed")
    gitlab.merge(1, 151, web_url="javascript:alert(1)")
    gitlab.merge(1, 999, project="stranger/web-app")
    gitlab.merge(1, 160, relation="related_merge_requests")
    gitlab.page_size = 2

    found = adapter.pull_request(KEY)

    assert found == "https://gitlab.example/acme/shop/web-app/-/merge_requests/142"
    assert gitlab.asked("GET", "/related_merge_requests") == []


def test_a_merge_request_that_only_refers_to_the_issue_is_found_too(
    client_out: Client, gitlab: FakeGitLab
) -> None:
    gitlab.merge(1, 8, relation="related_merge_requests")
    gitlab.merge(1, 9, relation="related_merge_requests", project="stranger/web-app")
    expected = "https://gitlab.example/acme/shop/web-app/-/merge_requests/8"

    assert made(gitlab, client_out).pull_request(KEY) == expected
    assert made(gitlab, client_out, project="42").pull_request("42#1") == expected


def test_an_issue_without_a_merge_request_has_none(adapter: GitLab) -> None:
    assert adapter.pull_request(KEY) is None


def weakness(**changes: Any) -> dict[str, Any]:
    return {
        "id": 3,
        "uuid": "b29ed5a1-4a1c-5a0d-9d0e-111111111111",
        "report_type": "dependency_scanning",
        "name": "Authentication bypass in saml2-js",
        "severity": "critical",
        "state": "detected",
        "scanner": {"external_id": "gemnasium", "name": "Gemnasium"},
        "identifiers": [{"external_type": "cve", "name": "CVE-2017-11429", "url": "https://x.example"}],
        "description": "Some XML DOM traversal is wrong.",
        "links": [{"url": "https://advisories.example/1"}, {}],
        "location": {"file": "yarn.lock", "dependency": {"version": "1.5.0"}},
        "solution": "Upgrade to\r\nfixed version.",
        "project": {"id": 42, "full_path": "/acme/shop/web-app"},
        "dismissal_feedback": None,
        **changes,
    }


def findings_of(adapter: GitLab) -> list[Any]:
    return [finding for page in adapter.sources()[0].pages() for finding in page]


def test_a_vulnerability_becomes_a_security_finding_with_its_fix(adapter: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.findings = [weakness()]

    (found,) = findings_of(adapter)

    assert found.title == "Authentication bypass in saml2-js (dependency scanning finding b29ed5a1)"
    assert (found.severity, found.domain, found.assets) == (
        "critical",
        "security",
        (("file", "yarn.lock"),),
    )
    assert found.external_id == f"{PROJECT}/vulnerability/b29ed5a1-4a1c-5a0d-9d0e-111111111111"
    assert found.url == f"{gitlab.url}/acme/shop/web-app/-/security/vulnerability_report"
    assert found.evidence["identifiers"] == ["CVE-2017-11429"]
    assert found.fix == {
        "summary": "Upgrade to fixed version.",
        "steps": ["Upgrade to fixed version."],
        "references": ["https://advisories.example/1", found.url],
    }
    assert gitlab.requests[-1].query == {"scope": "all", "per_page": "100"}


def test_what_was_dismissed_or_resolved_is_no_finding_and_all_pages_are_read(
    adapter: GitLab, gitlab: FakeGitLab
) -> None:
    gitlab.findings = [
        weakness(state="dismissed"),
        weakness(state="resolved"),
        weakness(dismissal_feedback={"id": 1}),
        weakness(uuid="c1", state="confirmed"),
        weakness(uuid="c2", state="of tomorrow"),
    ]
    gitlab.page_size = 2

    assert [found.external_id.rpartition("/")[2] for found in findings_of(adapter)] == ["c1", "c2"]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("critical", "critical"),
        ("High", "high"),
        ("medium", "medium"),
        ("low", "low"),
        ("info", "low"),
        ("unknown", "medium"),
        ("of tomorrow", "medium"),
        (None, "medium"),
    ],
)
def test_every_severity_is_one_of_ours(
    adapter: GitLab, gitlab: FakeGitLab, severity: Any, expected: str
) -> None:
    gitlab.findings = [weakness(severity=severity)]

    assert [found.severity for found in findings_of(adapter)] == [expected]


def test_a_vulnerability_of_few_words_is_read(adapter: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.findings = [{"id": 5, "name": "Weak cipher", "location": None, "identifiers": None, "links": 3}]

    (found,) = findings_of(adapter)

    assert found.title == "Weak cipher (vulnerability finding 5)"
    assert (found.assets, found.fix, found.description) == ((), None, "")


@described
def test_the_examples_of_the_description_are_read(adapter: GitLab, gitlab: FakeGitLab) -> None:
    issue, merge_request = example("APIEntitiesIssue"), example("APIEntitiesMergeRequestBasic")
    project = example("APIEntitiesProjectWithAccess")
    finding = {**example("VulnerabilitiesFindingEntity"), "name": "Weak cipher", "uuid": "u-1"}
    finding["dismissal_feedback"] = None
    gitlab.next_answer("GET", "web-app$", (200, {}, {**project, "issues_enabled": True}))
    gitlab.next_answer("GET", "/issues$", (200, {}, [issue]))
    gitlab.next_answer("GET", "/closed_by$", (200, {}, [merge_request]))
    gitlab.findings = [finding]

    adapter.check()
    (ticket,) = next(iter(adapter.tickets(LONG_AGO)))

    assert (ticket.key, ticket.title, ticket.labels) == (f"{PROJECT}#14", issue["title"], ("bug",))
    assert ticket.updated_at == datetime(2022, 11, 14, 17, 22, 1, 470000, tzinfo=UTC)
    assert ticket.url == "http://example.com/example/example/issues/14"
    assert adapter.pull_request(KEY) is None
    assert [found.severity for found in findings_of(adapter)] == ["medium"]


RUBBISH = [b"", b"<html>Sign in</html>", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}"]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_a_project_of_another_form_is_an_outage(adapter: GitLab, gitlab: FakeGitLab, rubbish: bytes) -> None:
    gitlab.next_answer("GET", "web-app$", (200, {}, rubbish))

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.check()


@pytest.mark.parametrize("rubbish", [*RUBBISH, b'{"iid": "x"}', b'{"iid": 1}'])
def test_an_issue_of_another_form_is_an_outage(adapter: GitLab, gitlab: FakeGitLab, rubbish: bytes) -> None:
    gitlab.next_answer("POST", "/issues$", (201, {}, rubbish))

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.create(draft())


# Refusals and outages


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the token"),
        (403, "lacks the permission or the scope api"),
        (404, "shows no acme/shop/web-app to this token"),
        (410, "shows no acme/shop/web-app"),
        (301, "has moved"),
        (302, "has moved"),
        (422, "status 422: {'title': \\['is too long'\\]}"),
    ],
)
def test_a_refusal_is_a_sentence_without_the_token_and_is_not_repeated(
    adapter: GitLab, gitlab: FakeGitLab, status: int, sentence: str
) -> None:
    gitlab.next_answer("GET", "web-app$", (status, {}, {"message": {"title": ["is too long"]}}))

    with pytest.raises(Refused, match=sentence) as caught:
        adapter.check()
    assert len(gitlab.requests) == 1
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 409, 408])
def test_an_outage_is_tried_three_times_where_that_is_safe(
    adapter: GitLab, gitlab: FakeGitLab, status: int
) -> None:
    for _ in range(3):
        gitlab.next_answer("GET", "web-app$", (status, {}, b"<html>Whoops</html>"))

    with pytest.raises(Unavailable, match=f"status {status}"):
        adapter.check()
    assert len(gitlab.requests) == 3


def test_making_an_issue_is_never_repeated(adapter: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.next_answer("POST", "/issues$", (502, {}, {}))

    with pytest.raises(Unavailable):
        adapter.create(draft())
    assert len(gitlab.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30", "RateLimit-Reset": "1"}, 30),
        ({"Retry-After": "soon"}, 60),
        ({}, 60),
    ],
)
def test_a_rate_limit_says_when_to_come_back_and_is_not_tried_again_at_once(
    adapter: GitLab, gitlab: FakeGitLab, headers: dict[str, str], seconds: int
) -> None:
    gitlab.next_answer("GET", "web-app$", (429, headers, b"Retry later"))

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)
    assert len(gitlab.requests) == 1


def test_a_rate_limit_ends_at_its_reset(adapter: GitLab, gitlab: FakeGitLab) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 45
    gitlab.next_answer("GET", "web-app$", (429, {"RateLimit-Reset": str(reset)}, b"Retry later"))

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at == datetime.fromtimestamp(reset, UTC)


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ({"issues_enabled": False}, "issues are switched off"),
        ({"issues_access_level": "disabled"}, "issues are switched off"),
        ({"archived": True}, "is archived"),
    ],
)
def test_a_project_that_takes_no_issues_is_refused(
    adapter: GitLab, gitlab: FakeGitLab, features: dict[str, Any], sentence: str
) -> None:
    gitlab.features = features

    with pytest.raises(Refused, match=sentence):
        adapter.check()


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"token": ""}, "need a 'token'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a 'token'"),
        ({"project": None}, "need a 'project'"),
        ({"project": "web-app"}, "path or number"),
        ({"project": "acme/../user"}, "path or number"),
        ({"project": "acme/web app"}, "path or number"),
        ({"project": "acme/web?x="}, "path or number"),
        ({"project": "acme%2Fweb"}, "path or number"),
        ({"project": "/acme/web"}, "path or number"),
        ({"base_url": "http://10.0.0.8"}, "may reach"),
        ({"base_url": "file:///etc/passwd"}, "must be an address"),
        ({"base_url": "https://user:pass@gitlab.example"}, "must be an address"),
        ({"base_url": ["https://gitlab.example"]}, "must be an address"),
    ],
)
def test_unusable_credentials_are_refused_before_anything_is_sent(
    gitlab: FakeGitLab, client_out: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        made(gitlab, client_out, **credentials).check()
    assert gitlab.requests == []


def test_an_issue_of_another_project_is_not_ours(adapter: GitLab, gitlab: FakeGitLab) -> None:
    assert adapter.owns("Acme/Shop/Web-App#12")
    assert not adapter.owns("acme/other#12")
    for other in ("acme/other#12", f"{PROJECT}#", f"{PROJECT}#1/../2"):
        with pytest.raises(Refused):
            adapter.ticket(other)
    assert gitlab.requests == []


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://gitlab.acme.example", "https://gitlab.acme.example/api/v4"),
        ("https://acme.example/gitlab/", "https://acme.example/gitlab/api/v4"),
        ("https://gitlab.acme.example/api/v4/", "https://gitlab.acme.example/api/v4"),
        ("", "https://gitlab.com/api/v4"),
        (None, "https://gitlab.com/api/v4"),
    ],
)
def test_the_address_of_a_server_is_enough_to_find_its_api(
    client_out: Client, base_url: str | None, expected: str
) -> None:
    assert GitLab(client_out, {**CREDENTIALS, "base_url": base_url}).base_url == expected


def test_a_far_end_that_cannot_be_reached_is_an_outage(client_out: Client, gitlab: FakeGitLab) -> None:
    with pytest.raises(Unavailable, match="could not be reached"):
        made(gitlab, client_out, base_url="http://127.0.0.1:9").check()


def test_a_far_end_that_takes_too_long_is_an_outage(gitlab: FakeGitLab) -> None:
    def late() -> Any:
        time.sleep(0.4)
        return 200, {}, {}

    gitlab.next_answer("POST", "/issues$", late)

    with Client(limits=Limits(read=0.1, total=0.2)) as client, pytest.raises(Unavailable, match="timeout"):
        made(gitlab, client).create(draft())


# A sync, whole


def last_run() -> SyncRun:
    return SyncRun.objects.order_by("started_at", "id").last()


@pytest.mark.django_db
def test_a_task_becomes_one_confidential_issue_and_its_key_lands_on_the_task(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task = make_task()

    assert (sync().status, sync().status) == ("connected", "connected")

    task.refresh_from_db()
    assert list(gitlab.issues) == [1]
    assert gitlab.issues[1]["confidential"] is True
    assert task.external_ticket_key == KEY
    assert (last_run().pushed, last_run().pulled, last_run().refused) == (0, 0, [])
    assert last_run().notes == [
        f"The vulnerability findings are not available: GitLab denies access to {PROJECT}/"
        "vulnerability_findings: the token lacks the permission or the scope api."
    ]


@pytest.mark.django_db
def test_a_task_that_is_no_secret_becomes_an_open_issue(
    sync: Sync, project: Project, gitlab: FakeGitLab
) -> None:
    seen = FindingReport(
        "seo", "The page has no title", severity="low", recommended_fix={"summary": "Add one."}
    )
    finding, _ = ingest_one(project, seen, by=SYSTEM)
    tasks.create(project, finding_id=finding.pk, title="Add a title", by=SYSTEM)

    sync()

    assert "confidential" not in gitlab.issues[1]


@pytest.mark.django_db
def test_an_answer_that_was_lost_after_the_issue_was_made_does_not_make_another(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task = make_task()

    def made_and_lost() -> Any:
        gitlab._create(gitlab.requests[-1].body)
        return 502, {}, b"<html>"

    gitlab.next_answer("POST", "/issues$", made_and_lost)
    first, left = sync().status, ExternalLink.objects.get(task=task).state
    second = sync().status

    assert (first, left, second) == ("error", "claimed", "connected")
    assert list(gitlab.issues) == [1]
    task.refresh_from_db()
    assert task.external_ticket_key == KEY


@pytest.mark.django_db
def test_a_run_that_was_killed_between_making_and_keeping_finds_the_issue_by_its_mark(
    sync: Sync, project: Project, make_task: MakeTask, gitlab: FakeGitLab, client_out: Client
) -> None:
    task = make_task()
    row = Integration.objects.get()
    ExternalLink.objects.create(integration=row, task=task)
    made(gitlab, client_out).create(draft(marker=str(task.pk)))
    services.request_sync(project, "gitlab", by=SYSTEM)
    Integration.objects.update(lease_until=timezone.now() - timedelta(seconds=1), fence=7, attempts=1)

    engine.sync(row.pk)

    task.refresh_from_db()
    assert (list(gitlab.issues), task.external_ticket_key) == ([1], KEY)
    assert ExternalLink.objects.get().state == "linked"


@pytest.mark.django_db
def test_changes_of_a_task_go_out_and_their_echo_is_ignored(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task = make_task()
    sync()

    due = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
    Task.objects.filter(pk=task.pk).update(sla_due_at=due)
    changes = {"title": "Send a stricter policy", "priority": "low", "status": "in_progress"}
    tasks.update(task.pk, changes=changes, by=SYSTEM)
    sync()
    sync()

    issue = gitlab.issues[1]
    assert issue["title"] == "Send a stricter policy"
    assert issue["labels"] == ["krafter:in_progress", "priority:low"]
    assert issue["due_date"] == "2026-12-24"
    assert (last_run().pushed, last_run().pulled) == (0, 0)
    assert len(gitlab.asked("PUT")) == 1


@pytest.mark.django_db
def test_an_approval_closes_the_issue_and_a_reopening_opens_it_again(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab, project: Project
) -> None:
    task = make_task()
    sync()

    pending = verifications.run(project, task_id=task.pk, by=SYSTEM)
    verdicts.approve(pending.pk, by=SYSTEM)
    sync()
    closed = gitlab.issues[1]["state"]
    pending = verifications.run(project, task_id=task.pk, by=SYSTEM)
    verdicts.reopen(pending.pk, by=SYSTEM)
    sync()

    assert (closed, gitlab.issues[1]["state"]) == ("closed", "opened")


@pytest.mark.django_db
def test_what_people_do_with_the_issue_comes_in_by_category(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task, seen = make_task(), []
    sync()

    for change in ({"add_labels": ["Doing"]}, {"state": "closed"}, {"state": "opened"}):
        gitlab.touch(1, **change)
        sync()
        task.refresh_from_db()
        seen.append(task.status)

    assert seen == ["in_progress", "ready_verify", "in_progress"]


@pytest.mark.django_db
def test_a_merge_request_that_closes_the_issue_lands_on_the_task(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task = make_task()
    sync()
    gitlab.merge(1, 12)
    gitlab.touch(1)
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://gitlab.example/acme/shop/web-app/-/merge_requests/12"


@pytest.mark.django_db
def test_vulnerabilities_come_in_once_as_findings(sync: Sync, project: Project, gitlab: FakeGitLab) -> None:
    gitlab.findings = [weakness(), weakness(uuid="c2", name="Leaked key", report_type="secret_detection")]

    sync()
    first = last_run().pulled
    sync()

    assert (first, last_run().pulled, last_run().notes) == (2, 0, [])
    assert list(Finding.objects.order_by("title").values_list("title", "severity")) == [
        ("Authentication bypass in saml2-js (dependency scanning finding b29ed5a1)", "critical"),
        ("Leaked key (secret detection finding c2)", "critical"),
    ]


@pytest.mark.django_db
def test_what_gitlab_echoes_of_a_token_is_hidden_in_the_log(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    make_task()
    gitlab.next_answer("POST", "/issues$", (400, {}, {"error": f"{TOKEN} is not allowed to do that"}))

    sync()

    (refused,) = last_run().refused
    assert TOKEN not in refused["why"]
    assert "[hidden] is not allowed to do that" in refused["why"]


# Signing in


@pytest.fixture
def client_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_GITLAB_CLIENT_ID", "id-of-ours")
    monkeypatch.setenv("KRAFTER_GITLAB_CLIENT_SECRET", "client-secret")


def tokens(number: int) -> dict[str, Any]:
    return {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 7200}


@pytest.mark.django_db
def test_a_refresh_sends_a_form_with_the_redirect_address_and_keeps_the_new_pair(
    project: Project, gitlab: FakeGitLab, client_of_ours: None
) -> None:
    services.connect(
        project, "gitlab", credentials={**CREDENTIALS, "base_url": "https://x.example"}, by=SYSTEM
    )
    gitlab.tokens = [(200, {}, tokens(1)), (200, {}, tokens(2))]
    back = "https://app.example/back"
    row = services.connect_by_code(
        project, "gitlab", auth_code="code-1", by=SYSTEM, redirect_uri=back, code_verifier="v" * 43
    )
    opened = secrets.opened(row)
    row.credentials = secrets.seal(row, {**opened, "renew_at": "2020-01-01T00:00:00+00:00"})
    row.save()
    gitlab.token = "access-2"

    services.request_sync(project, "gitlab", by=SYSTEM)
    engine.sync(row.pk)

    row.refresh_from_db()
    kept = secrets.opened(row)
    assert row.status == "connected"
    assert gitlab.token_requests[1] == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "redirect_uri": back,
        "client_id": "id-of-ours",
        "client_secret": "client-secret",
    }
    assert (kept["token"], kept["refresh_token"], kept["project"]) == ("access-2", "refresh-2", PROJECT)
    assert "base_url" not in kept


@pytest.mark.django_db
def test_a_refresh_that_is_refused_asks_for_a_new_connection_and_is_not_repeated(
    project: Project, gitlab: FakeGitLab, client_of_ours: None
) -> None:
    used = {"refresh_token": "refresh-used", "renew_at": "2020-01-01T00:00:00+00:00"}
    row = services.connect(project, "gitlab", credentials={**CREDENTIALS, **used}, by=SYSTEM)
    gitlab.tokens = [(400, {}, {"error": "invalid_grant", "error_description": "refresh-used was revoked"})]

    services.request_sync(project, "gitlab", by=SYSTEM)
    engine.sync(row.pk)

    row.refresh_from_db()
    assert row.status == "error"
    assert row.last_error == "GitLab no longer accepts the sign-in: connect again."
    assert (len(gitlab.token_requests), gitlab.requests) == (1, [])
