"""Only the worker with the lease saves pages and results; each save updates the progress of the scan."""

from typing import Any

import pytest

from scanner.outcome import FAILED, PASSED, Outcome, passed
from scans.models import Scan, ScanPage, ScanPart, ScanResult
from scans.worker import persistence
from scans.worker.page_checks import CheckResult, PageResults
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import scan_part, unsaved_pages

pytestmark = pytest.mark.django_db
CSP = "security_header_csp"


def results(outcome: Any, *, failed_domains: tuple[str, ...] = ()) -> PageResults:
    return PageResults([CheckResult(CSP, outcome, 1.25)], set(failed_domains), 2.5)


def progress(part: ScanPart) -> Any:
    return Scan.objects.get(pk=part.scan_id).summary.get("progress")


def test_saved_pages_are_the_progress_of_their_scanner(scenario: Scenario):
    part = scan_part(scenario)

    saved = persistence.save_pages(part, unsaved_pages(part, "", "a"), page_delay=2)

    assert (saved, ScanPart.objects.get(pk=part.pk).page_delay) == (True, 2)
    assert progress(part) == {"http": {"pages_found": 2, "pages_done": 0}}


def test_browser_part_gets_the_same_pages_and_delay(scenario: Scenario):
    part = scan_part(scenario)

    persistence.save_pages(part, unsaved_pages(part, "", "a"), page_delay=2, needs_browser=True)

    browser_part = ScanPart.objects.get(scan=part.scan_id, scanner="browser")
    pages = [
        list(each.pages.order_by("position").values_list("url", "route")) for each in (part, browser_part)
    ]
    assert (browser_part.page_delay, pages[0]) == (2, pages[1])
    assert progress(part) == {
        "http": {"pages_found": 2, "pages_done": 0},
        "browser": {"pages_found": 2, "pages_done": 0},
    }


def test_results_of_a_page_are_saved_with_version_and_progress(scenario: Scenario):
    part = scan_part(scenario)
    pages = unsaved_pages(part, "", "a")
    persistence.save_pages(part, pages, page_delay=0)

    saved = persistence.save_results(part, pages[0], results(passed("Good."), failed_domains=("seo",)))

    row, page = ScanResult.objects.get(), ScanPage.objects.get(pk=pages[0].pk)
    assert (saved, row.page_id, row.key, row.outcome, row.version >= 1) == (
        True,
        page.pk,
        CSP,
        "passed",
        True,
    )
    assert (page.checked_at is not None, page.failed_domains, page.duration_ms) == (True, ["seo"], 2.5)
    assert progress(part) == {"http": {"pages_found": 2, "pages_done": 1}}


def test_worker_that_lost_the_lease_saves_neither_pages_nor_results(scenario: Scenario):
    part = scan_part(scenario)
    pages = unsaved_pages(part, "")
    persistence.save_pages(part, pages, page_delay=0)
    ScanPart.objects.filter(pk=part.pk).update(fence=part.fence + 1)

    saved = [
        persistence.save_pages(part, unsaved_pages(part, "b"), page_delay=0),
        persistence.save_results(part, pages[0], results(passed("Good."))),
    ]

    assert (saved, ScanPage.objects.count(), ScanResult.objects.count()) == ([False, False], 1, 0)
    assert progress(part) == {"http": {"pages_found": 1, "pages_done": 0}}


@pytest.mark.parametrize(
    ("outcome", "max_length"),
    [
        (Outcome(FAILED, evidence={"markup": "x" * 50_000, "count": 3}), persistence.MAX_EVIDENCE_LENGTH),
        (
            Outcome(PASSED, evidence={"markup": "x" * 5_000, "count": 3}),
            persistence.MAX_PASSED_EVIDENCE_LENGTH,
        ),
    ],
    ids=["failed", "passed"],
)
def test_longest_evidence_is_truncated(scenario: Scenario, outcome: Any, max_length: int):
    part = scan_part(scenario)
    pages = unsaved_pages(part, "")
    persistence.save_pages(part, pages, page_delay=0)

    persistence.save_results(part, pages[0], results(outcome))

    evidence = ScanResult.objects.get().evidence
    assert len(str(evidence)) <= max_length
    assert (evidence["count"], evidence["markup"][-1]) == (3, "…")
