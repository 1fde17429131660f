"""Workers lease pages in batches: each page is held by one worker at a time."""

import math
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from scans import jobs
from scans.models import Scan, Scanner, ScanPage, ScanPart
from scans.worker import page_leases, persistence
from scans.worker.page_checks import PageResults
from scans.worker.page_leases import LeasedWork, WorkerKind
from tests import factories
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import SITE, leased_pages, scan_part, started

pytestmark = pytest.mark.django_db
URLS = [f"{SITE}{number}" for number in range(8)]


def leased(limit: int = 5, *, is_idle: bool = True) -> LeasedWork | None:
    return page_leases.lease_next(WorkerKind.HTTP, limit=limit, is_idle=is_idle)


def positions(work: LeasedWork | None) -> list[int]:
    return [page.position for page in work.pages] if work else []


def expire() -> None:
    ScanPage.objects.filter(lease_until__isnull=False).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def test_two_workers_lease_different_pages_of_a_scan(scenario: Scenario) -> None:
    started(scenario, URLS)

    batches = [positions(leased()) for _ in range(3)]

    assert batches == [[0, 1, 2, 3, 4], [5, 6, 7], []]


def test_page_of_a_killed_worker_is_checked_alone(scenario: Scenario) -> None:
    started(scenario, URLS)
    first = leased()
    expire()

    beside, alone = leased(is_idle=False), leased()
    waiting = leased(is_idle=False)

    assert positions(beside) == [5, 6, 7]  # those with which no worker was killed come first
    assert positions(alone) == [0]
    assert first is not None
    assert alone is not None
    assert (first.must_be_alone, alone.must_be_alone) == (False, True)
    assert waiting is not None
    assert (waiting.must_wait, waiting.pages) == (True, ())


@pytest.mark.parametrize(
    ("kind", "job"), [(WorkerKind.HTTP, jobs.run_scan), (WorkerKind.BROWSER, jobs.run_scan_in_browser)]
)
def test_time_of_the_second_worker_that_died_with_a_page_counts_for_its_part(
    kind: WorkerKind, job: Any, scenario: Scenario
) -> None:
    part = scan_part(scenario, scanner=kind)
    died, once, new = leased_pages(part, "died", "once", "new")
    ScanPage.objects.update(lease_until=None)
    ScanPage.objects.filter(pk=died.pk).update(attempts=2, duration_ms=5.0)
    ScanPage.objects.filter(pk=once.pk).update(attempts=1)

    for _ in range(3):
        work = page_leases.lease_next(kind, limit=1, is_idle=True)
        assert work is not None

    lost_ms = job.time_limit * 1000
    counted = dict(part.pages.values_list("pk", "duration_ms"))
    assert counted == {died.pk: lost_ms + 5.0, once.pk: None, new.pk: None}


def test_part_whose_pages_have_killed_workers_for_too_long_starts_no_further_page(scenario: Scenario) -> None:
    part = scan_part(scenario)
    pages = leased_pages(part, "1", "2", "3", "4")
    deaths = 0

    while True:
        ScanPage.objects.filter(pending=True).update(lease_until=None, attempts=2)
        work = leased(limit=1)
        if work is None or not work.pages:
            break
        deaths += 1

    limit, lost = page_leases.MAX_PART_SECONDS[Scanner.HTTP], page_leases.JOB_SECONDS[WorkerKind.HTTP]
    assert deaths == math.ceil(limit / lost)
    assert not ScanPage.objects.filter(pk__in=[page.pk for page in pages], pending=True).exists()


def test_stored_page_is_not_leased_again_and_an_earlier_holder_cannot_store_it(scenario: Scenario) -> None:
    started(scenario, URLS[:1])
    work = leased()
    assert work is not None
    expire()
    again = leased()
    assert again is not None

    saved = [persistence.save_results(held.pages[0], PageResults()) for held in (work, again)]

    assert (saved, leased()) == ([False, True], None)


def test_crawl_delay_leaves_one_page_at_a_time_to_all_workers(scenario: Scenario) -> None:
    started(scenario, URLS)
    ScanPart.objects.update(page_delay=0.5)

    first, beside = leased(), leased()
    assert first is not None
    persistence.save_results(first.pages[0], PageResults())
    second = leased()

    assert (positions(first), beside, positions(second)) == ([0], None, [1])


def test_few_pages_are_leased_at_first_so_that_findings_come_soon(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_leases, "FIRST_PAGES_PERIOD", timedelta(seconds=2))
    started(scenario, URLS)

    first, beside = leased(), leased()
    assert first is not None
    persistence.save_results(first.pages[0], PageResults())
    then = leased()

    assert (positions(first), beside, positions(then)) == ([0, 1], None, [2, 3, 4, 5, 6])


def test_slow_first_page_holds_the_others_up_for_two_seconds_only(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_leases, "FIRST_PAGES_PERIOD", timedelta(seconds=2))
    started(scenario, URLS)
    leased()

    ScanPart.objects.update(updated_at=timezone.now() - timedelta(seconds=2))

    assert positions(leased()) == [2, 3, 4, 5, 6]


def test_discovery_is_leased_once_and_after_the_pages_of_older_scans(scenario: Scenario) -> None:
    started(scenario, URLS[:2])
    queued = Scan.objects.create(project=scenario.project, url=SITE, trigger="manual")
    ScanPart.objects.create(scan=queued, scanner="http")

    pages, discovery, nothing = leased(), leased(), leased()

    assert (positions(pages), nothing) == ([0, 1], None)
    assert discovery is not None
    assert (discovery.scan, discovery.part, discovery.scan.attempts) == (queued, None, 1)


@pytest.mark.parametrize(
    ("scanner", "without_browser", "expected"),
    [
        ("http", False, WorkerKind.HTTP),
        ("browser", False, WorkerKind.BROWSER),
        ("browser", True, WorkerKind.HTTP),
    ],
)
def test_part_is_leased_by_the_workers_of_its_kind(
    scenario: Scenario, scanner: str, without_browser: bool, expected: WorkerKind
) -> None:
    started(scenario, URLS[:1])
    ScanPart.objects.update(scanner=scanner, without_browser=without_browser)
    works = {}

    for kind in sorted(WorkerKind, key=lambda candidate: candidate == expected):
        works[kind] = page_leases.lease_next(kind, limit=5, is_idle=True)

    assert [kind for kind, work in works.items() if work] == [expected]


def test_preferred_organization_comes_first_while_it_has_work(scenario: Scenario) -> None:
    other = factories.scenario()
    started(scenario, URLS[:1])
    scan = started(other, URLS[:1])
    prefer = other.organization.pk

    works = [page_leases.lease_next(WorkerKind.HTTP, limit=5, is_idle=True, prefer=prefer) for _ in range(2)]

    assert [work and work.scan.project for work in works] == [scan.project, scenario.project]
