"""Whole syncs with Search Console."""

from datetime import UTC, datetime, timedelta

import pytest

from findings.models import Finding, Regression
from integrations.models import Integration, SyncRun
from tests.fakes.gsc import TOKEN, FakeSearchConsole, inspection
from tests.unit.integrations.conftest import run_sync
from tests.unit.integrations.sync.scenario import passed_verification, state_of

pytestmark = pytest.mark.slow


def test_sync_imports_findings_and_stores_the_inspected_urls(
    integration: Integration, fake: FakeSearchConsole
) -> None:
    fake.impressions = {"https://example.com/a": 20}
    fake.pages["https://example.com/a"] = inspection(robotsTxtState="DISALLOWED")
    outcomes = []
    for _ in range(2):
        run_sync(integration)
        run = SyncRun.objects.order_by("-started_at").first()
        assert run is not None
        outcomes.append(
            (integration.status, integration.last_error, run.pulled, run.notes, len(fake.inspected))
        )

    assert outcomes == [("connected", "", 1, [], 2), ("connected", "", 0, [], 2)]
    assert fake.inspected == ["https://example.com/a", "https://example.com/"]
    assert [(finding.domain, finding.title) for finding in Finding.objects.all()] == [
        ("seo", "https://example.com/a is blocked by robots.txt")
    ]
    assert TOKEN not in str(list(Integration.objects.values())) + str(list(SyncRun.objects.values()))


def test_problem_seen_before_the_approval_is_not_a_regression(
    integration: Integration, fake: FakeSearchConsole
) -> None:
    fake.impressions = {"https://example.com/a": 20}
    states = []
    for crawled in (timedelta(days=-3), timedelta(days=-3), timedelta(minutes=5)):
        moment = (datetime.now(UTC) + crawled).isoformat()
        fake.pages["https://example.com/a"] = inspection(robotsTxtState="DISALLOWED", lastCrawlTime=moment)
        Integration.objects.update(cursor={})
        run_sync(integration)
        finding = Finding.objects.get()
        states.append((finding.status, Regression.objects.count()))
        Finding.objects.filter(pk=finding.pk).update(status="resolved", updated_at=datetime.now(UTC))

    assert states == [("new", 0), ("resolved", 0), ("in_progress", 1)]


def test_problem_seen_since_the_fix_is_a_regression_also_after_a_change_of_the_finding(
    integration: Integration, fake: FakeSearchConsole
) -> None:
    fake.impressions = {"https://example.com/a": 20}
    now = datetime.now(UTC)
    for crawled in (timedelta(days=-3), timedelta(days=-1)):
        moment = (now + crawled).isoformat()
        fake.pages["https://example.com/a"] = inspection(robotsTxtState="DISALLOWED", lastCrawlTime=moment)
        Integration.objects.update(cursor={})
        run_sync(integration)
        finding = Finding.objects.get()
        status = finding.status
        fixed_at = now - timedelta(days=2)
        Finding.objects.filter(pk=finding.pk).update(status="resolved", fixed_at=fixed_at, updated_at=now)

    assert (status, Regression.objects.count()) == ("in_progress", 1)


def test_problem_contradicts_a_verification_only_by_a_crawl_since(
    integration: Integration, fake: FakeSearchConsole
) -> None:
    fake.impressions = {"https://example.com/a": 20}
    states, verifications = [], []
    for crawled in (timedelta(days=-3), timedelta(days=-3), timedelta(minutes=5)):
        moment = (datetime.now(UTC) + crawled).isoformat()
        fake.pages["https://example.com/a"] = inspection(robotsTxtState="DISALLOWED", lastCrawlTime=moment)
        Integration.objects.update(cursor={})
        run_sync(integration)
        verifications = verifications or [passed_verification()]
        states.append(state_of(verifications[0]))

    assert states == ["ready", "ready", "blocked"]
