"""An organisation with many queued scans does not delay the scan of another one."""

import time
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from krafter_audit.db import redis_client
from krafter_audit.jobs import fair_queue
from scanner import registry
from scanner.crawler import Discovery
from scanner.outcome import passed
from scans.models import Scan, ScanPage, ScanResult
from scans.services import scans
from scans.worker import page_checks, page_leases, page_runner, persistence
from scans.worker.page_checks import CheckResult, PageResults
from scans.worker.page_leases import WorkerKind
from scans.worker.scan_session import ScanSession
from tests import factories
from tests.factories import Scenario
from tests.processes import Killed
from tests.unit.scans.worker.scan_parts import scan_part

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SCANS, PAGES = 4, 25  # more pages than are checked
real_check = ScanSession.check


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


def positions_of_a_small_scan(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Queue a small scan of another organisation after 12 pages; return the positions of its pages among 60."""
    queue(scenario, "https://busy.example.com/")
    for _ in range(SCANS - 1):
        scans.queue(scenario.project, url="https://busy.example.com/", trigger="manual", by=SYSTEM)
    other, saved = factories.scenario(), []
    save_results = persistence.save_results

    def save(page: ScanPage, results: PageResults) -> bool:
        saved.append(page.url)
        if len(saved) == 12:
            queue(other, "https://small.example.com/")
        if len(saved) == 60:
            monkeypatch.setattr(page_runner, "MAX_JOB_SECONDS", 0)
            runner._deadline = 0
        return save_results(page, results)

    monkeypatch.setattr(persistence, "save_results", save)
    with page_runner.PageRunner(WorkerKind.HTTP) as runner:
        runner.run()
    return [position for position, url in enumerate(saved, start=1) if "small" in url]


def test_small_scan_is_done_before_the_queue_of_another_organization(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions = positions_of_a_small_scan(scenario, monkeypatch)

    assert Scan.objects.get(url="https://small.example.com/").status == "completed"
    # Those that were being checked when it was queued, those beside its discovery, and those beside its pages.
    assert len(positions) == 2
    assert positions[-1] <= 12 + 4 * page_runner.MAX_CONCURRENT_PAGES["http"]


def test_oldest_work_comes_first_without_redis(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = redis_client.create_client("redis://127.0.0.1:9/0")
    monkeypatch.setattr(redis_client, "connection", lambda: gone)

    assert positions_of_a_small_scan(scenario, monkeypatch) == []
    assert Scan.objects.get(url="https://small.example.com/").status == "queued"


def test_pages_that_kill_their_workers_are_inconclusive_and_stop_no_other_scan(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_checks(context: Any, *args: Any, **kwargs: Any) -> PageResults:
        if "hostile" in context.url:
            raise Killed
        return ChecksWithoutSite().check(None, None)  # type: ignore[arg-type]  # it reads none

    monkeypatch.setattr(ScanSession, "check", real_check)
    monkeypatch.setattr(page_checks, "run_checks", run_checks)
    hostile = queue(scenario, "https://hostile.example.com/")
    small = queue(factories.scenario(), "https://small.example.com/")

    killed = 0
    while Scan.objects.filter(finished_at__isnull=True).exists():
        try:
            with page_runner.PageRunner(WorkerKind.HTTP) as runner:
                runner.run()
        except Killed:
            killed += 1
            ScanPage.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now())

    results = {
        scan: set(ScanResult.objects.filter(scan=scan).values_list("outcome", "reason"))
        for scan in (hostile, small)
    }
    assert results == {hostile: {("inconclusive", "not_available")}, small: {("passed", "")}}
    # The first attempts are side by side.
    assert killed <= 2 * page_leases.MAX_ATTEMPTS


def test_page_with_which_a_worker_died_counts_as_use_of_its_organization(scenario: Scenario) -> None:
    part, other = scan_part(scenario), factories.scenario().organization.pk
    ScanPage.objects.create(part=part, position=0, url=part.scan.url, route="", attempts=1)
    fair_queue.record_use("scan", {other: page_leases.JOB_SECONDS[WorkerKind.HTTP] - 1})

    with page_runner.PageRunner(WorkerKind.HTTP) as runner:
        runner.run()

    mine = scenario.organization.pk
    assert fair_queue.by_least_use("scan", [mine, other]) == [other, mine]


def test_scans_whose_work_cannot_begin_do_not_delay_the_scan_of_another_organization(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        queue(scenario, "https://broken.example.com/")
    queue(factories.scenario(), "https://small.example.com/")
    begun: list[str] = []

    def session(scan: Scan, *, with_browser: bool) -> ScanSession:
        begun.append(scan.url)
        if "broken" in scan.url:
            raise ValueError
        return ScanSession(scan, with_browser=with_browser)

    monkeypatch.setattr(page_runner, "ScanSession", session)
    page_runner.run(WorkerKind.HTTP)

    assert begun.index("https://small.example.com/") == 1
