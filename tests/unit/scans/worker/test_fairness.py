"""An organisation with a hundred queued scans does not delay the scan of another one."""

import time
from typing import Any

import pytest

from accounts.actors import SYSTEM
from krafter_audit.db import redis_client
from scanner import registry
from scanner.crawler import Discovery
from scanner.outcome import passed
from scans.models import Scan, ScanPage
from scans.services import scans
from scans.worker import page_runner, persistence
from scans.worker.page_checks import CheckResult, PageResults
from scans.worker.page_leases import WorkerKind
from scans.worker.scan_session import ScanSession
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
SCANS, PAGES = 100, 25


class ChecksWithoutSite:
    """Replaces what a session requests of a site; a page takes some CPU time."""

    def discover(self: Any) -> Discovery:
        pages = PAGES if "busy" in self.scan.url else 2
        return Discovery([f"{self.scan.url}{number}" for number in range(pages)])

    def check(self: Any, page: ScanPage, selection: Any) -> PageResults:
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass
        return PageResults([CheckResult("title_present", passed("It is there."), 1.0)], duration_ms=10)


@pytest.fixture(autouse=True)
def _no_site(monkeypatch: pytest.MonkeyPatch, no_recorded_use: None) -> None:
    registry.load()
    monkeypatch.setattr(ScanSession, "discover", ChecksWithoutSite.discover)
    monkeypatch.setattr(ScanSession, "check", ChecksWithoutSite.check)


def queue(scenario: Scenario, url: str) -> Scan:
    by_browser = {check.key for check in registry.REGISTRY.values() if check.kind not in ("http", "tls")}
    off = {key: {"enabled": False} for key in by_browser}
    scenario.client.call("put", "policies/current", {"config": {"checks": off}})
    return scans.queue(scenario.project, url=url, trigger="manual", by=SYSTEM)


@pytest.mark.parametrize("with_redis", [True, False])
def test_small_scan_is_done_before_the_queue_of_another_organization(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, with_redis: bool
) -> None:
    if not with_redis:
        gone = redis_client.create_client("redis://127.0.0.1:9/0")
        monkeypatch.setattr(redis_client, "connection", lambda: gone)
    queue(scenario, "https://busy.example.com/")
    for _ in range(SCANS - 1):
        scans.queue(scenario.project, url="https://busy.example.com/", trigger="manual", by=SYSTEM)
    other, small, saved = factories.scenario(), [], []
    save_results = persistence.save_results

    def save(page: ScanPage, results: PageResults) -> bool:
        saved.append(page.url)
        if len(saved) == 12:
            small.append(queue(other, "https://small.example.com/"))
        if len(saved) == 60:
            monkeypatch.setattr(page_runner, "MAX_JOB_SECONDS", 0)
            runner._deadline = 0
        return save_results(page, results)

    monkeypatch.setattr(persistence, "save_results", save)
    with page_runner.PageRunner(WorkerKind.HTTP) as runner:
        runner.run()

    (scan,) = small
    scan.refresh_from_db()
    places = [place for place, url in enumerate(saved, start=1) if "small" in url]
    if with_redis:
        assert scan.status == "completed"
        # Those that were being checked when it was queued, those beside its discovery, and those beside its pages.
        assert len(places) == 2
        assert places[-1] <= 12 + 4 * page_runner.MAX_CONCURRENT_PAGES["http"]
    else:
        assert places == []  # the oldest work comes first
