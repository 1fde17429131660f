"""In the lab few pages of each build are measured; the others name the page that was."""

from typing import Any

import pytest

from findings.models import Finding
from scanner import registry
from scanner.outcome import Outcome, failed, inconclusive, passed
from scans.models import Scan, Scanner, ScanPage, ScanPart, ScanResult
from scans.worker import finalization, page_leases, persistence, queueing
from scans.worker.page_checks import CheckResult, PageResults
from scans.worker.page_leases import WorkerKind
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import SITE, outcome_of, started, store

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KEY = "lcp"
GOOD, BAD = outcome_of(KEY, [0.5]), outcome_of(KEY, [9.0])
UNCLEAR = outcome_of(KEY, [2.3, 2.4, 2.4, 2.3, 2.4])
UNSTEADY = inconclusive("unsteady", "The samples differ.")


@pytest.fixture(autouse=True)
def _registry() -> None:
    registry.load()


def scan_with_builds(scenario: Scenario, builds: list[str]) -> Scan:
    """Return a scan whose HTTP and browser parts have finished, with a page of each of the builds."""
    scan = started(scenario, [f"{SITE}{number}" for number in range(len(builds))])
    ScanPart.objects.filter(scan=scan, scanner=Scanner.HTTP).delete()
    part = ScanPart.objects.create(scan=scan, scanner=Scanner.BROWSER)
    for number, build in enumerate(builds):
        page = ScanPage.objects.create(
            part=part, position=number, url=f"{SITE}{number}", route=str(number), fence=1
        )
        results = PageResults([CheckResult("doctype", passed("It is there."), 1.0)], build=build)
        assert persistence.save_results(page, results)
    finalization.finish_parts_without_pages()
    return scan


def measure(outcome: Outcome) -> str | None:
    """Measure the next page of the lab; return its path, None if there is none."""
    work = page_leases.lease_next(WorkerKind.BROWSER, limit=1, is_idle=True)
    if work is None:
        return None
    (page,) = work.pages
    assert page.part.scanner == Scanner.LAB
    store(page, KEY, outcome)
    finalization.continue_part(page.part_id)
    return page.url.removeprefix(SITE)


def lab_results() -> dict[str, Any]:
    rows = ScanResult.objects.filter(page__part__scanner=Scanner.LAB)
    return {row.page.url.removeprefix(SITE): row.reason or row.outcome for row in rows.select_related("page")}


def test_lab_begins_when_the_browser_part_has_finished(scenario: Scenario) -> None:
    scan = scan_with_builds(scenario, ["a"])
    ScanPart.objects.filter(scanner=Scanner.LAB).delete()
    ScanPart.objects.update(finished_at=None)
    ScanPage.objects.update(pending=True)
    finalization.finish_parts_without_pages()
    before = ScanPart.objects.filter(scan=scan, scanner=Scanner.LAB).exists()

    ScanPage.objects.update(pending=False)
    finalization.finish_parts_without_pages()

    assert not before
    assert ScanPart.objects.filter(scan=scan, scanner=Scanner.LAB).exists()


def test_one_page_of_each_build_is_measured_where_its_metrics_are_clear(scenario: Scenario) -> None:
    scan = scan_with_builds(scenario, ["a", "a", "b", "a"])

    measured = [measure(outcome) for outcome in (GOOD, BAD, GOOD)]

    scan.refresh_from_db()
    assert measured == ["0", "2", None]
    assert lab_results() == {
        "0": "passed", "1": "measured_elsewhere", "2": "failed", "3": "measured_elsewhere",
    }  # fmt: skip
    referred = ScanResult.objects.filter(reason="measured_elsewhere").first()
    assert referred is not None
    assert referred.evidence["detail"].startswith(f"Measured on {SITE}0")
    assert (scan.status, scan.summary["progress"]["lab"]["pages_done"]) == ("completed", 4)
    assert [asset["value"] for asset in Finding.objects.get().affected_assets] == [f"{SITE}2"]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([UNCLEAR, UNCLEAR], ["0", "1"]),
        ([UNSTEADY, UNCLEAR, UNCLEAR], ["0", "1", "2"]),
        ([UNSTEADY, UNSTEADY, UNSTEADY], ["0", "1", "2"]),
    ],
    ids=["two agree", "third decides", "never steady"],
)
def test_up_to_three_pages_of_a_build_are_measured_until_they_agree(
    scenario: Scenario, outcomes: list[Outcome], expected: list[str]
) -> None:
    scan_with_builds(scenario, ["a"] * 5)

    measured = [measure(outcome) for outcome in [*outcomes, GOOD]]

    assert measured == [*expected, None]
    assert list(lab_results().values()).count("measured_elsewhere") == 5 - len(expected)


def test_pages_that_could_not_be_visited_are_measured_each(scenario: Scenario) -> None:
    scan_with_builds(scenario, ["", ""])

    assert [measure(GOOD) for _ in range(3)] == ["0", "1", None]


def test_lab_part_without_a_browser_worker_is_inconclusive(scenario: Scenario) -> None:
    scan = scan_with_builds(scenario, ["a", "a"])

    queueing.check_without_browser(scan.pk)
    work = page_leases.lease_next(WorkerKind.HTTP, limit=5, is_idle=True)

    assert work is not None
    assert [page.position for page in work.pages] == [0]
    store(
        work.pages[0],
        KEY,
        inconclusive(
            "not_available",
            "No browser is available: it is not installed, or no worker that has one is running.",
        ),
    )
    assert page_leases.lease_next(WorkerKind.BROWSER, limit=5, is_idle=True) is None


def test_a_killed_worker_loses_no_page_of_a_build(scenario: Scenario) -> None:
    scan_with_builds(scenario, ["a"] * 3)
    work = page_leases.lease_next(WorkerKind.BROWSER, limit=1, is_idle=True)
    assert work is not None
    late = work.pages[0]
    ScanPage.objects.filter(pk=late.pk).update(lease_until=late.created_at)

    measured = measure(BAD)
    saved = persistence.save_results(late, PageResults([CheckResult(KEY, failed("Late."), 1.0)]))

    assert (measured, saved, lab_results()["0"]) == ("0", False, "failed")
    assert ScanResult.objects.filter(page__part__scanner=Scanner.LAB).count() == 3
