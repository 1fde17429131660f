"""Issues of Sentry as findings."""

from copy import deepcopy
from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.sentry import Sentry
from integrations.providers.types import RemoteFinding
from tests.fakes.sentry import TOKEN, FakeSentry, issue
from tests.fakes.specs import load_spec, requires_spec
from tests.fakes.vendor_server import FakeServer
from tests.unit.integrations.providers.sentry.paths import ISSUE, ISSUES, PROJECT


def findings(provider: Sentry) -> list[RemoteFinding]:
    return [finding for source in provider.finding_lists() for page in source.pages() for finding in page]


def test_issue_becomes_a_finding(provider: Sentry, fake: FakeSentry) -> None:
    fake.issues = [issue()]

    [found] = findings(provider)

    assert found.title == "ZeroDivisionError: division by zero (Sentry issue PUMP-STATION-1)"
    assert (found.domain, found.severity) == ("performance", "high")
    assert found.external_id == "sentry/4505278496/1"
    assert found.url == "https://acme.sentry.io/issues/1/"
    assert found.assets == (("code", "shop.cart in total"),)
    assert found.description == (
        "division by zero\n\nLocation: shop.cart in total.\n\n"
        "When imported: 150 events, 7 users, last event 2026-11-20T21:19:55Z."
    )
    assert found.evidence["issue"] == "PUMP-STATION-1"
    assert "not one of the four domains" in found.evidence["domain_reason"]
    assert found.fix is not None
    assert found.fix["references"] == ["https://acme.sentry.io/issues/1/"]


def test_list_is_requested_for_one_project_and_unresolved_issues(
    provider: Sentry, server: FakeServer
) -> None:
    findings(provider)

    assert server.received(ISSUES)[0].query == {
        "project": "4505278496",
        "query": "is:unresolved",
        "statsPeriod": "90d",
        "sort": "new",
        "limit": "100",
    }
    assert all(request.path.endswith("/") for request in server.requests)
    assert all(request.headers["authorization"] == f"Bearer {TOKEN}" for request in server.requests)


def test_all_pages_with_results_are_read(provider: Sentry, server: FakeServer, fake: FakeSentry) -> None:
    fake.issues, fake.page_size = [issue(number) for number in range(1, 6)], 2

    found = findings(provider)

    assert [finding.evidence["issue"] for finding in found] == [f"PUMP-STATION-{n}" for n in range(1, 6)]
    assert [request.query.get("cursor") for request in server.received(ISSUES)] == [None, "0:2:0", "0:4:0"]


def test_repeated_cursor_ends_the_list(provider: Sentry, server: FakeServer) -> None:
    again = {"Link": '<https://sentry.io/x/>; rel="next"; results="true"; cursor="0:100:0"'}
    for _ in range(3):
        server.next_answer(ISSUES, 200, again, [])

    findings(provider)

    assert len(server.received(ISSUES)) == 2


def test_number_of_pages_is_limited(
    provider: Sentry, fake: FakeSentry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.providers.base.MAX_PAGES", 2)
    fake.issues, fake.page_size = [issue(number) for number in range(1, 6)], 1

    with pytest.raises(ProviderUnavailable, match="more than 2 pages"):
        findings(provider)


@requires_spec("sentry.json")
def test_example_issue_of_the_description_is_read(provider: Sentry, fake: FakeSentry) -> None:
    sample = deepcopy(load_spec("sentry.json").sample("GET", "/api/0/organizations/acme/issues/"))
    fake.issues = [sample[0] | {"status": "unresolved"}, sample[0] | {"id": "2"}]

    [found] = findings(provider)

    assert found.title == "This is an example Python exception (Sentry issue PUMP-STATION-1)"
    assert (found.domain, found.severity) == ("performance", "medium")
    assert found.url == "https://sentry.io/the-interstellar-jurisdiction/pump-station/issues/1/"


@requires_spec("sentry.json")
def test_example_project_of_the_description_is_read(provider: Sentry, server: FakeServer) -> None:
    server.next_answer(
        PROJECT, 200, {}, load_spec("sentry.json").sample("GET", "/api/0/projects/acme/pump-station/")
    )

    findings(provider)

    assert server.received(ISSUES)[0].query["project"] == "4505278496"


@pytest.mark.parametrize(
    ("fields", "severity"),
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
def test_severity_is_the_priority_else_the_level(
    provider: Sentry, fake: FakeSentry, fields: dict[str, Any], severity: str
) -> None:
    fake.issues = [issue(**fields)]

    assert [finding.severity for finding in findings(provider)] == [severity]


@pytest.mark.parametrize(
    ("fields", "domain", "reason"),
    [
        ({"issueCategory": "performance", "issueType": "performance_slow_db_query"}, "performance", "speed"),
        (
            {"issueCategory": "db_query", "issueType": "performance_n_plus_one_db_queries"},
            "performance",
            "speed",
        ),
        (
            {"issueCategory": "db_query", "issueType": "query_injection_vulnerability"},
            "security",
            "vulnerability",
        ),
        ({"type": "csp", "issueType": "error"}, "security", "vulnerability"),
        ({"issueCategory": "error"}, "performance", "not one of the four"),
        ({"issueCategory": "outage"}, "performance", "not one of the four"),
        (
            {"issueCategory": "thunderstorm", "issueType": None, "type": "hail"},
            "performance",
            "not one of the four",
        ),
        ({"issueCategory": None, "issueType": None, "type": None}, "performance", "not one of the four"),
    ],
)
def test_domain_is_the_closest_one_with_a_reason(
    provider: Sentry, fake: FakeSentry, fields: dict[str, Any], domain: str, reason: str
) -> None:
    fake.issues = [issue(**fields)]

    [found] = findings(provider)

    assert found.domain == domain
    assert reason in found.evidence["domain_reason"]


def test_long_title_keeps_the_short_id(provider: Sentry, fake: FakeSentry) -> None:
    fake.issues = [issue(title="x " * 400)]

    [found] = findings(provider)

    assert len(found.title) <= 300
    assert found.title.endswith(" (Sentry issue PUMP-STATION-1)")


def test_issue_with_few_members_is_read(provider: Sentry, fake: FakeSentry) -> None:
    fake.issues = [{"id": "9", "title": "Lost", "culprit": None, "metadata": None, "status": "unresolved"}]

    [found] = findings(provider)

    assert (found.title, found.assets) == ("Lost (Sentry issue 9)", ())


UNDOCUMENTED = [
    b"",
    b"<html>",
    b"null",
    b"7",
    b"\xff",
    b"[" * 100_000,
    b'{"id": "x"}',
    b'[{"id": "x"}]',
    b'["x"]',
    b'[{"id": 1}, {"id": 2}]',
    b'[{"id": 1e999, "title": "Lost"}]',
]


@pytest.mark.parametrize("body", UNDOCUMENTED)
@pytest.mark.parametrize("path", [PROJECT, ISSUES])
def test_undocumented_response_is_unavailable(
    provider: Sentry, server: FakeServer, path: str, body: bytes
) -> None:
    for _ in range(3):
        server.next_answer(path, 200, {}, body)

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        findings(provider)


@pytest.mark.parametrize("broken", [{"title": None}, {"status": None}])
def test_unreadable_issue_is_left_out(provider: Sentry, fake: FakeSentry, broken: dict[str, Any]) -> None:
    fake.issues = [{**issue(1), "shortId": "SHOP-1", **broken}, issue(2)]

    assert [finding.external_id.rpartition("/")[2] for finding in findings(provider)] == ["2"]
    assert provider.unreadable == ["SHOP-1"]


@pytest.mark.parametrize("external_id", ["sentry/1/1", "sentry/4505278496/x", "acme/web-app#1"])
def test_resolve_refuses_an_id_of_another_place(
    provider: Sentry, server: FakeServer, external_id: str
) -> None:
    with pytest.raises(ProviderRefused, match="is not an issue of this project"):
        provider.resolve(external_id)
    assert server.received(ISSUE) == []


def test_resolve_refuses_an_issue_of_another_project(
    provider: Sentry, server: FakeServer, fake: FakeSentry
) -> None:
    fake.issues = [issue(project={"id": "1", "slug": "other"})]

    with pytest.raises(ProviderRefused, match="Issue 1 belongs to another project"):
        provider.resolve("sentry/4505278496/1")
    assert server.received(ISSUE, "PUT") == []


def test_issue_without_a_status_does_not_count_as_resolved(
    provider: Sentry, server: FakeServer, fake: FakeSentry
) -> None:
    fake.issues = [issue(status=None)]

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.resolve("sentry/4505278496/1")
