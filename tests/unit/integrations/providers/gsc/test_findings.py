"""Search Console: which pages are inspected when, and what becomes a finding."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.providers.gsc import SearchConsole
from integrations.providers.gsc.findings import MAX_INSPECTIONS_A_DAY
from integrations.providers.types import RemoteFinding
from tests.fakes.gsc import SITE, FakeSearchConsole, error, inspection
from tests.fakes.vendor_server import FakeServer
from tests.unit.integrations.providers.gsc.conftest import connect


def findings(provider: SearchConsole) -> list[RemoteFinding]:
    return [finding for source in provider.finding_lists() for page in source.pages() for finding in page]


def test_page_that_could_not_be_fetched_is_a_finding(
    provider: SearchConsole, fake: FakeSearchConsole
) -> None:
    fake.impressions = {"https://example.com/shop": 4200}
    fake.pages["https://example.com/shop"] = inspection(
        verdict="FAIL", pageFetchState="SERVER_ERROR", coverageState="Server error (5xx)"
    )

    found = findings(provider)

    assert [(finding.title, finding.domain, finding.severity, finding.assets) for finding in found] == [
        (
            "https://example.com/shop could not be fetched by Google: server error",
            "seo",
            "high",
            (("url", "https://example.com/shop"),),
        )
    ]
    assert found[0].evidence["seen"] == {
        "verdict": "FAIL",
        "coverageState": "Server error (5xx)",
        "robotsTxtState": "ALLOWED",
        "indexingState": "INDEXING_ALLOWED",
        "pageFetchState": "SERVER_ERROR",
    }
    assert found[0].evidence["shown"] == "at least 1,000 impressions in four weeks"


def test_sitemaps_with_errors_or_warnings_are_findings(
    provider: SearchConsole, fake: FakeSearchConsole
) -> None:
    fake.sitemaps = [
        {"path": "https://example.com/a.xml", "errors": "3", "warnings": "1"},
        {"path": "https://example.com/b.xml", "errors": "0", "warnings": "2"},
        {"path": "https://example.com/c.xml", "errors": "0", "warnings": "0"},
        {"path": "https://example.com/d.xml", "isPending": True, "errors": "9"},
        {"path": "https://example.com/e.xml"},
    ]

    assert [(finding.title, finding.severity, finding.assets[0][0]) for finding in findings(provider)] == [
        ("https://example.com/a.xml has errors", "medium", "sitemap"),
        ("https://example.com/b.xml has warnings", "low", "sitemap"),
    ]


def test_pages_are_inspected_by_impressions_then_known_urls(
    provider: SearchConsole, fake: FakeSearchConsole
) -> None:
    fake.impressions = {
        "https://example.com/rare": 3,
        "https://example.com/often": 900,
        "https://other.org/": 5,
    }
    provider.known_urls = ["https://example.com/known", "https://shop.example.com/", "https://[bad"]

    findings(provider)

    assert fake.inspected == [
        "https://example.com/often",
        "https://example.com/rare",
        "https://example.com/known",
    ]


def test_page_is_inspected_again_after_a_week(
    server: FakeServer, fake: FakeSearchConsole, time_machine: Any
) -> None:
    fake.impressions = {"https://example.com/": 10}
    sync_state: dict[str, Any] = {}
    began = datetime(2026, 11, 2, 12, tzinfo=UTC)
    inspections = []
    for day in (0, 1, 6, 7, 8):
        time_machine.move_to(began + timedelta(days=day), tick=False)
        provider = connect(server)
        provider.sync_state = sync_state
        before = len(fake.inspected)
        findings(provider)
        inspections.append((day, len(fake.inspected) - before))

    assert inspections == [(0, 1), (1, 0), (6, 0), (7, 1), (8, 0)]


def test_daily_limit_of_inspections_is_kept(
    server: FakeServer, fake: FakeSearchConsole, time_machine: Any
) -> None:
    fake.impressions = {f"https://example.com/{number}": 100 - number for number in range(5)}
    time_machine.move_to(datetime(2026, 11, 2, 12, tzinfo=UTC), tick=False)
    provider = connect(server)
    provider.sync_state = {"day": "2026-11-02", "count": MAX_INSPECTIONS_A_DAY - 2, "site": SITE, "seen": {}}
    findings(provider)
    on_the_first_day, notes = list(fake.inspected), list(provider.notes)
    time_machine.move_to(datetime(2026, 11, 3, 12, tzinfo=UTC), tick=False)
    findings(provider)

    assert on_the_first_day == ["https://example.com/0", "https://example.com/1"]
    assert notes == ["More pages are due for inspection; later syncs inspect them."]
    assert fake.inspected[2:] == [f"https://example.com/{number}" for number in (2, 3, 4)]
    assert "left" not in provider.sync_state


def test_exhausted_quota_ends_the_inspections(
    provider: SearchConsole, server: FakeServer, fake: FakeSearchConsole
) -> None:
    fake.impressions = {"https://example.com/a": 2, "https://example.com/b": 1}
    server.next_answer("index:inspect", *error(429, "quotaExceeded"))

    assert findings(provider) == []
    assert fake.inspected == []
    assert provider.notes == ["Google's quota of inspections is exhausted; later syncs inspect the rest."]


def test_refused_page_does_not_stop_the_others(
    provider: SearchConsole, server: FakeServer, fake: FakeSearchConsole
) -> None:
    fake.impressions = {"https://example.com/a": 2, "https://example.com/b": 1}
    server.next_answer("index:inspect", *error(400, "invalid", "Invalid URL"))

    findings(provider)

    assert fake.inspected == ["https://example.com/b"]
    assert provider.notes == [
        "https://example.com/a was not inspected: Google Search Console refused the request for "
        "https://example.com/ (status 400: Invalid URL)."
    ]


def test_refused_page_is_inspected_on_the_next_day(
    server: FakeServer, fake: FakeSearchConsole, time_machine: Any
) -> None:
    fake.impressions = {"https://example.com/a": 2}
    server.next_answer("index:inspect", *error(403, "forbidden"))
    sync_state: dict[str, Any] = {}
    inspected = []
    for hours in (0, 1, 24, 48):
        time_machine.move_to(datetime(2026, 11, 2, 12, tzinfo=UTC) + timedelta(hours=hours), tick=False)
        provider = connect(server)
        provider.sync_state = sync_state
        findings(provider)
        inspected.append(len(server.received("index:inspect", "POST")))

    assert inspected == [1, 1, 2, 2]


@pytest.mark.parametrize(
    "answer", [{}, {"indexStatusResult": None}, {"indexStatusResult": {"verdict": None}}]
)
def test_page_without_an_index_status_in_the_answer_is_not_inspected(
    provider: SearchConsole, fake: FakeSearchConsole, answer: dict[str, Any]
) -> None:
    fake.impressions = {"https://example.com/a": 2, "https://example.com/b": 1}
    fake.pages = {"https://example.com/a": answer}

    assert findings(provider) == []
    assert provider.notes == ["https://example.com/a was not inspected: Google's answer has no index status."]
