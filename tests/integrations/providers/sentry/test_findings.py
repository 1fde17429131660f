"""Sentry: what is asked, how issues are read, and what is a refusal and what an outage."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.services import create_organization, create_project
from findings.models import Finding, Regression
from integrations import services
from integrations.models import Integration, SyncRun
from integrations.providers.base import Refused, RemoteFinding, Unavailable
from integrations.providers.sentry.findings import Sentry
from integrations.sync import engine
from krafter_audit.http.client import Client, Limits
from tests.fakes.dialects.github import Answer, Request
from tests.fakes.server import FarEnd, description, serve

TOKEN = "sntrys_Zm9yLXRlc3RzLW9ubHk0NzEx"
CREDENTIALS = {"token": TOKEN, "organization": "acme", "project": "pump-station"}
ISSUES, ISSUE, PROJECT = "/organizations/acme/issues/$", r"/issues/\d+/$", "/projects/acme/pump-station/$"
DESCRIPTION = description("sentry.json")
described = pytest.mark.skipif(
    DESCRIPTION is None,
    reason="Sentry's description (provider-specs/sentry.json) does not lie beside this checkout",
)


def issue(number: int = 1, **changes: Any) -> dict[str, Any]:
    usual = {
        "id": str(number),
        "shortId": f"PUMP-STATION-{number}",
        "title": "ZeroDivisionError: division by zero",
        "culprit": "shop.cart in total",
        "permalink": f"https://acme.sentry.io/issues/{number}/",
        "level": "error",
        "status": "unresolved",
        "priority": None,
        "count": "150",
        "userCount": 7,
        "firstSeen": "2026-11-06T21:19:55Z",
        "lastSeen": "2026-11-20T21:19:55Z",
        "metadata": {"type": "ZeroDivisionError", "value": "division by zero"},
        "issueCategory": "error",
        "issueType": "error",
        "type": "error",
        "project": {"id": "4505278496", "slug": "pump-station"},
    }
    return {**usual, **changes}


class Issues:
    """A small Sentry: one project and its issues, in pages."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.page_size = 100
        self.may_write = True

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, {"detail": "Invalid token"}
        if request.path == "/api/0/projects/acme/pump-station/":
            return 200, {}, {"id": "4505278496", "slug": "pump-station"}
        if request.path == "/api/0/organizations/acme/issues/":
            return self._page(request)
        for row in self.issues:
            if request.path == f"/api/0/organizations/acme/issues/{row['id']}/":
                return self._one(request, row)
        return 404, {}, {"detail": "The requested resource does not exist"}

    def _one(self, request: Request, row: dict[str, Any]) -> Answer:
        if request.method == "PUT" and not self.may_write:
            return 403, {}, {"detail": "You do not have permission to perform this action."}
        row.update(request.body or {})
        return 200, {}, row

    def _page(self, request: Request) -> Answer:
        start = int(request.query.get("cursor", "0:0:0").split(":")[1])
        listed = [row for row in self.issues if row["status"] != "resolved"]
        rows, after = listed[start : start + self.page_size], start + self.page_size
        more = "true" if after < len(listed) else "false"
        before = '<https://us.sentry.io/x/>; rel="previous"; results="false"; cursor="0:0:1"'
        link = f'{before}, <https://us.sentry.io/x/>; rel="next"; results="{more}"; cursor="0:{after}:0"'
        return 200, {"Link": link}, rows


@pytest.fixture
def issues() -> Issues:
    return Issues()


@pytest.fixture
def sentry(issues: Issues, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FarEnd]:
    """The far end; afterwards nothing that it was asked may break Sentry's description."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with serve(issues, DESCRIPTION) as far_end:
        monkeypatch.setenv("KRAFTER_SENTRY_URL", far_end.url)
        yield far_end


def made(sentry: FarEnd, client: Client | None = None, **credentials: Any) -> Sentry:
    return Sentry(client or Client(), {**CREDENTIALS, **credentials}, sentry.url, sleep=lambda seconds: None)


@pytest.fixture
def adapter(sentry: FarEnd) -> Sentry:
    return made(sentry)


def findings(adapter: Sentry) -> list[RemoteFinding]:
    return [finding for source in adapter.sources() for page in source.pages() for finding in page]


def test_an_issue_becomes_a_finding(adapter: Sentry, issues: Issues) -> None:
    issues.issues = [issue()]

    [found] = findings(adapter)

    assert found.title == "ZeroDivisionError: division by zero (Sentry issue PUMP-STATION-1)"
    assert (found.domain, found.severity) == ("performance", "high")
    assert found.external_id == "sentry/acme/pump-station/1"
    assert found.url == "https://acme.sentry.io/issues/1/"
    assert found.assets == (("code", "shop.cart in total"),)
    assert found.description == (
        "division by zero\n\nWhere: shop.cart in total.\n\n"
        "When it came in: 150 events, 7 users, the last at 2026-11-20T21:19:55Z."
    )
    assert found.evidence["issue"] == "PUMP-STATION-1"
    assert "none of the four domains" in found.evidence["domain_reason"]
    assert found.fix is not None
    assert found.fix["references"] == ["https://acme.sentry.io/issues/1/"]


def test_the_list_is_asked_for_one_project_and_all_that_is_unresolved(
    adapter: Sentry, sentry: FarEnd
) -> None:
    findings(adapter)

    assert sentry.asked(ISSUES)[0].query == {
        "project": "4505278496",
        "query": "is:unresolved",
        "statsPeriod": "90d",
        "sort": "new",
        "limit": "100",
    }
    assert all(request.path.endswith("/") for request in sentry.requests)
    assert all(request.headers["authorization"] == f"Bearer {TOKEN}" for request in sentry.requests)


def test_pages_are_followed_while_the_next_one_has_results(
    adapter: Sentry, sentry: FarEnd, issues: Issues
) -> None:
    issues.issues, issues.page_size = [issue(number) for number in range(1, 6)], 2

    found = findings(adapter)

    assert [finding.evidence["issue"] for finding in found] == [f"PUMP-STATION-{n}" for n in range(1, 6)]
    assert [request.query.get("cursor") for request in sentry.asked(ISSUES)] == [None, "0:2:0", "0:4:0"]


def test_a_cursor_that_comes_again_ends_the_list(adapter: Sentry, sentry: FarEnd) -> None:
    again = {"Link": '<https://sentry.io/x/>; rel="next"; results="true"; cursor="0:100:0"'}
    for _ in range(3):
        sentry.next_answer(ISSUES, 200, again, [])

    findings(adapter)

    assert len(sentry.asked(ISSUES)) == 2


def test_a_list_without_an_end_is_given_up(
    adapter: Sentry, issues: Issues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.providers.sentry.findings.MOST_PAGES", 2)
    issues.issues, issues.page_size = [issue(number) for number in range(1, 6)], 1

    with pytest.raises(Unavailable, match="more than 2 pages"):
        findings(adapter)


@described
def test_the_descriptions_own_issue_is_read(adapter: Sentry, issues: Issues) -> None:
    sample = deepcopy(DESCRIPTION.sample("GET", "/api/0/organizations/acme/issues/"))
    issues.issues = [sample[0] | {"status": "unresolved"}, sample[0] | {"id": "2"}]

    [found] = findings(adapter)

    assert found.title == "This is an example Python exception (Sentry issue PUMP-STATION-1)"
    assert (found.domain, found.severity) == ("performance", "medium")
    assert found.url == "https://sentry.io/the-interstellar-jurisdiction/pump-station/issues/1/"


@described
def test_the_descriptions_own_project_is_read(adapter: Sentry, sentry: FarEnd) -> None:
    sentry.next_answer(PROJECT, 200, {}, DESCRIPTION.sample("GET", "/api/0/projects/acme/pump-station/"))

    findings(adapter)

    assert sentry.asked(ISSUES)[0].query["project"] == "4505278496"


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({"priority": "high", "level": "info"}, "high"),
        ({"priority": "medium", "level": "fatal"}, "medium"),
        ({"priority": "low", "level": "error"}, "low"),
        ({"level": "fatal"}, "high"),
        ({"level": "error"}, "high"),
        ({"level": "warning"}, "medium"),
        ({"level": "info"}, "low"),
        ({"level": "debug"}, "low"),
        ({"level": "unknown"}, "medium"),
        ({"priority": "urgent", "level": "disaster"}, "medium"),
        ({"priority": "urgent", "level": None}, "medium"),
    ],
)
def test_the_priority_or_else_the_level_is_the_severity(
    adapter: Sentry, issues: Issues, told: dict[str, Any], severity: str
) -> None:
    issues.issues = [issue(**told)]

    assert [finding.severity for finding in findings(adapter)] == [severity]


@pytest.mark.parametrize(
    ("told", "domain", "reason"),
    [
        ({"issueCategory": "performance", "issueType": "performance_slow_db_query"}, "performance", "speed"),
        (
            {"issueCategory": "db_query", "issueType": "performance_n_plus_one_db_queries"},
            "performance",
            "speed",
        ),
        ({"issueCategory": "db_query", "issueType": "query_injection_vulnerability"}, "security", "weakness"),
        ({"type": "csp", "issueType": "error"}, "security", "weakness"),
        ({"issueCategory": "error"}, "performance", "none of the four"),
        ({"issueCategory": "outage"}, "performance", "none of the four"),
        (
            {"issueCategory": "thunderstorm", "issueType": None, "type": "hail"},
            "performance",
            "none of the four",
        ),
        ({"issueCategory": None, "issueType": None, "type": None}, "performance", "none of the four"),
    ],
)
def test_the_closest_domain_is_taken_and_the_evidence_says_why(
    adapter: Sentry, issues: Issues, told: dict[str, Any], domain: str, reason: str
) -> None:
    issues.issues = [issue(**told)]

    [found] = findings(adapter)

    assert found.domain == domain
    assert reason in found.evidence["domain_reason"]


def test_a_long_title_keeps_the_name_that_makes_it_the_issues_own(adapter: Sentry, issues: Issues) -> None:
    issues.issues = [issue(title="x " * 400)]

    [found] = findings(adapter)

    assert len(found.title) <= 300
    assert found.title.endswith(" (Sentry issue PUMP-STATION-1)")


def test_an_issue_with_hardly_anything_in_it_is_read(adapter: Sentry, issues: Issues) -> None:
    issues.issues = [{"id": "9", "title": "Lost", "culprit": None, "metadata": None, "status": "unresolved"}]

    [found] = findings(adapter)

    assert (found.title, found.assets) == ("Lost (Sentry issue 9)", ())


@pytest.mark.parametrize("given", ["{url}/", "{url}/api/0", "{url}/api/0/"])
def test_an_address_of_the_credentials_is_asked_instead(sentry: FarEnd, given: str) -> None:
    credentials = {**CREDENTIALS, "base_url": given.format(url=sentry.url)}

    Sentry(Client(), credentials, "http://127.0.0.1:9").check()

    assert len(sentry.asked(PROJECT)) == 1


@pytest.mark.parametrize(
    "given", ["sentry", "ftp://sentry.io", "https://me:x@sentry.io", ["https://x"], "https://[", "//x"]
)
def test_an_address_that_is_none_is_refused(sentry: FarEnd, given: Any) -> None:
    with pytest.raises(Refused, match="base_url of Sentry must be"):
        made(sentry, base_url=given)


def test_a_sign_in_keeps_the_project_and_no_address_that_its_token_could_be_sent_to(sentry: FarEnd) -> None:
    adapter = made(sentry, base_url=sentry.url)

    assert set(adapter.credentials) - set(adapter.secrets) == {"organization", "project"}


def test_without_an_address_the_vendors_own_is_asked() -> None:
    assert Sentry(Client(), CREDENTIALS).base_url == "https://sentry.io"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the token"),
        (403, "denies access to acme/pump-station"),
        (404, "shows no acme/pump-station"),
        (302, "acme/pump-station has moved"),
        (400, r"\(status 400: Invalid period\)"),
        (418, r"\(status 418: Invalid period\)"),
    ],
)
def test_a_refusal_is_a_sentence_and_is_not_tried_again(
    adapter: Sentry, sentry: FarEnd, status: int, sentence: str
) -> None:
    sentry.next_answer(PROJECT, status, {"Location": "/elsewhere/"}, {"detail": "Invalid  period\n"})

    with pytest.raises(Refused, match=sentence) as caught:
        adapter.check()

    assert TOKEN not in str(caught.value)
    assert len(sentry.requests) == 1


@pytest.mark.parametrize("content", [b"<html>", b"", b'["x"]', b'{"detail": {"code": "x"}}', b"[" * 100_000])
def test_a_refusal_without_words_is_still_a_sentence(adapter: Sentry, sentry: FarEnd, content: bytes) -> None:
    sentry.next_answer(PROJECT, 400, {}, content)

    with pytest.raises(Refused, match=r"\(status 400\)"):
        adapter.check()


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_outage_is_tried_three_times(adapter: Sentry, sentry: FarEnd, status: int) -> None:
    for _ in range(3):
        sentry.next_answer(PROJECT, status, {}, b"<html>")

    with pytest.raises(Unavailable, match=f"status {status}"):
        adapter.check()
    assert len(sentry.requests) == 3


def test_a_web_page_in_the_place_of_a_refusal_is_an_outage(adapter: Sentry, sentry: FarEnd) -> None:
    for _ in range(3):
        sentry.next_answer(PROJECT, 403, {"Content-Type": "text/html"}, b"<html>Just a moment</html>")

    with pytest.raises(Unavailable, match="a web page and no data"):
        adapter.check()


RUBBISH = [
    b"",
    b"<html>",
    b"null",
    b"7",
    b"\xff",
    b"[" * 100_000,
    b'{"id": "x"}',
    b'[{"id": "x"}]',
    b'["x"]',
    b'[{"id": 1}]',
    b'[{"id": 1e999, "title": "Lost"}]',
]


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("place", [PROJECT, ISSUES])
def test_an_answer_of_another_form_is_an_outage(
    adapter: Sentry, sentry: FarEnd, place: str, rubbish: bytes
) -> None:
    sentry.next_answer(place, 200, {}, rubbish)

    with pytest.raises(Unavailable, match="cannot read"):
        findings(adapter)


TOO_QUICK = {"detail": "You are attempting to use this endpoint too frequently."}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30", "x-sentry-rate-limit-reset": "4000000000"}, 30),
        ({"x-sentry-rate-limit-reset": "1700000000", "x-sentry-rate-limit-concurrentremaining": "0"}, 60),
        ({"x-sentry-rate-limit-reset": "soon"}, 60),
        ({}, 60),
    ],
)
def test_a_rate_limit_says_when_to_come_back_and_is_not_tried_again_at_once(
    adapter: Sentry, sentry: FarEnd, headers: dict[str, str], seconds: int
) -> None:
    sentry.next_answer(PROJECT, 429, headers, TOO_QUICK)

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)
    assert len(sentry.requests) == 1


def test_a_limit_with_a_reset_ends_there(adapter: Sentry, sentry: FarEnd) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 600
    headers = {"X-Sentry-Rate-Limit-Remaining": "0", "X-Sentry-Rate-Limit-Reset": str(reset)}
    sentry.next_answer(PROJECT, 429, headers, TOO_QUICK)

    with pytest.raises(Unavailable) as caught:
        adapter.check()

    assert caught.value.retry_at == datetime.fromtimestamp(reset, UTC)


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"token": ""}, "need a 'token'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a 'token'"),
        ({"organization": None}, "need a 'organization'"),
        ({"project": ["x"]}, "need a 'project'"),
        ({"organization": "../users"}, "The organization must be written as its slug"),
        ({"project": "a/../../b"}, "The project must be written as its slug"),
        ({"project": "a?b"}, "The project must be written as its slug"),
    ],
)
def test_unusable_credentials_are_refused_before_anything_is_sent(
    sentry: FarEnd, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        made(sentry, **credentials).check()
    assert sentry.requests == []


def test_a_far_end_that_cannot_be_reached_is_an_outage(sentry: FarEnd) -> None:
    sentry.url = "http://127.0.0.1:9"

    with pytest.raises(Unavailable, match="could not be reached"):
        made(sentry).check()


def test_a_far_end_that_is_silent_is_an_outage(sentry: FarEnd) -> None:
    sentry.delay = 0.5
    client = Client(limits=Limits(connect=0.2, read=0.05, total=0.2))

    with pytest.raises(Unavailable, match=r"could not be reached \(timeout\)"):
        made(sentry, client).check()


# ---- The whole way, with the engine and the database


@pytest.fixture
def integration(db: None, sentry: FarEnd) -> Integration:
    organization = create_organization("Acme")
    project = create_project(organization, slug="production-website", site_url="https://example.com")
    return services.connect(project, "sentry", credentials=CREDENTIALS, by=SYSTEM)


def synced(integration: Integration) -> SyncRun:
    services.request_sync(integration.project, "sentry", by=SYSTEM)
    engine.sync(integration.pk)
    integration.refresh_from_db()
    return SyncRun.objects.order_by("-started_at", "-id")[0]


def test_unresolved_issues_come_in_once_however_often_they_are_seen(
    integration: Integration, issues: Issues
) -> None:
    issues.issues = [issue(1), issue(2, level="warning")]

    first = synced(integration)
    issues.issues = [row | {"count": "999", "lastSeen": "2026-11-24T00:00:00Z"} for row in issues.issues]
    second = synced(integration)

    assert (integration.status, first.pulled, second.pulled) == ("connected", 2, 0)
    assert sorted(Finding.objects.values_list("severity", "status")) == [("high", "new"), ("medium", "new")]


def test_an_issue_that_is_no_longer_listed_is_not_taken_for_fixed(
    integration: Integration, issues: Issues
) -> None:
    issues.issues = [issue()]
    synced(integration)
    issues.issues = []

    synced(integration)

    assert Finding.objects.get().status == "new"


def approve() -> None:
    Finding.objects.update(status="resolved")


def test_what_was_approved_here_is_resolved_there_once_and_is_no_regression(
    integration: Integration, issues: Issues, sentry: FarEnd
) -> None:
    issues.issues = [issue()]
    synced(integration)
    approve()

    run = synced(integration)
    synced(integration)

    assert [request.body for request in sentry.asked(ISSUE, "PUT")] == [{"status": "resolved"}]
    assert (issues.issues[0]["status"], run.pushed, run.pulled) == ("resolved", 1, 0)
    assert Finding.objects.get().status == "resolved"
    assert Regression.objects.count() == 0


def test_an_issue_that_comes_back_there_is_one_regression_and_its_fix_is_told_anew(
    integration: Integration, issues: Issues, sentry: FarEnd
) -> None:
    issues.issues = [issue()]
    synced(integration)
    approve()
    synced(integration)
    issues.issues[0]["status"] = "unresolved"

    synced(integration)
    synced(integration)
    came_back = (Finding.objects.get().status, Regression.objects.count())
    approve()
    synced(integration)

    assert came_back == ("in_progress", 1)
    assert len(sentry.asked(ISSUE, "PUT")) == 2
    assert issues.issues[0]["status"] == "resolved"


def test_a_run_that_died_after_it_resolved_an_issue_resolves_nothing_twice(
    integration: Integration, issues: Issues, sentry: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    issues.issues = [issue()]
    synced(integration)
    approve()
    with monkeypatch.context() as patched:
        patched.setattr("integrations.sync.finding_import._remember", killed)
        synced(integration)

    synced(integration)

    assert len(sentry.asked(ISSUE, "PUT")) == 1
    assert Finding.objects.get().status == "resolved"
    assert "settled_there_at" in Finding.objects.get().evidence


def killed(*args: Any) -> None:
    raise RuntimeError("killed")


def test_without_the_right_to_resolve_it_is_told_and_nothing_is_a_regression(
    integration: Integration, issues: Issues
) -> None:
    issues.issues, issues.may_write = [issue()], False
    synced(integration)
    approve()

    run = synced(integration)

    assert run.refused == [
        {
            "what": "sentry/acme/pump-station/1",
            "why": "Sentry denies access to issue 1 of acme/pump-station: the token lacks a scope or the project.",
        }
    ]
    assert (integration.status, Finding.objects.get().status) == ("connected", "resolved")


def test_an_issue_that_was_archived_there_stays_archived(
    integration: Integration, issues: Issues, sentry: FarEnd
) -> None:
    issues.issues = [issue()]
    synced(integration)
    approve()
    issues.issues[0]["status"] = "ignored"

    synced(integration)

    assert sentry.asked(ISSUE, "PUT") == []


def test_an_issue_that_is_deleted_there_is_told_and_the_others_are_resolved(
    integration: Integration, issues: Issues
) -> None:
    issues.issues = [issue(1), issue(2)]
    synced(integration)
    approve()
    del issues.issues[0]

    run = synced(integration)

    assert [refused["why"] for refused in run.refused] == [
        "Sentry shows no issue 1 of acme/pump-station to this token."
    ]
    assert (run.pushed, issues.issues[0]["status"]) == (1, "resolved")


@pytest.mark.parametrize(
    "external_id", ["sentry/acme/other/1", "sentry/acme/pump-station/x", "acme/web-app#1"]
)
def test_what_is_no_issue_of_the_project_is_never_touched(
    adapter: Sentry, sentry: FarEnd, external_id: str
) -> None:
    with pytest.raises(Refused, match="is not an issue of this project"):
        adapter.settle(external_id)
    assert sentry.requests == []


def test_an_issue_of_another_project_is_never_resolved(
    adapter: Sentry, sentry: FarEnd, issues: Issues
) -> None:
    issues.issues = [issue(project={"id": "1", "slug": "other"})]

    with pytest.raises(Refused, match="Issue 1 is one of the project other"):
        adapter.settle("sentry/acme/pump-station/1")
    assert sentry.asked(ISSUE, "PUT") == []


def test_an_issue_that_is_retitled_there_or_here_stays_one_finding(
    integration: Integration, issues: Issues
) -> None:
    issues.issues = [issue(1), issue(2)]
    synced(integration)
    Finding.objects.filter(evidence__issue="PUMP-STATION-2").update(title="The cart fails")
    issues.issues[0]["title"] = "ZeroDivisionError: by zero"

    synced(integration)

    assert sorted(Finding.objects.values_list("title", flat=True)) == [
        "The cart fails",
        "ZeroDivisionError: division by zero (Sentry issue PUMP-STATION-1)",
    ]


def test_more_than_a_run_resolves_is_resolved_in_the_next_ones_and_no_regression_meanwhile(
    integration: Integration, issues: Issues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.sync.finding_import.MOST_SETTLED", 1)
    issues.issues = [issue(1), issue(2)]
    synced(integration)
    approve()

    runs = [synced(integration), synced(integration), synced(integration)]

    assert [run.pushed for run in runs] == [1, 1, 0]
    assert {row["status"] for row in issues.issues} == {"resolved"}
    assert Regression.objects.count() == 0


def test_text_that_a_database_does_not_take_comes_in_without_it(
    integration: Integration, issues: Issues
) -> None:
    issues.issues = [issue(title="Lost\x00", culprit="a\x00b")]

    synced(integration)
    again = synced(integration)

    assert (integration.status, again.pulled) == ("connected", 0)
    assert Finding.objects.get().evidence["culprit"] == "ab"
