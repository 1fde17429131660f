"""Only the worker with the lease saves pages and results; the progress of the scan is counted from them."""

from typing import Any

import pytest

from scanner import registry
from scanner.crawler import Discovery
from scanner.outcome import FAILED, PASSED, Outcome, passed
from scans.models import Scan, ScanPage, ScanPart, ScanResult, Screenshot
from scans.worker import persistence
from scans.worker.page_checks import CheckResult, PageResults
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import SITE, leased_pages, scan_part

pytestmark = pytest.mark.django_db
CSP = "security_header_csp"


def results(outcome: Any, *, failed_domains: tuple[str, ...] = ()) -> PageResults:
    return PageResults([CheckResult(CSP, outcome, 1.25)], set(failed_domains), 2.5)


def discovered(scenario: Scenario, *paths: str, in_browser: bool = False, delay: float = 0) -> Scan:
    """Return a scan with the pages that its discovery has found."""
    scan = scan_part(scenario).scan
    found = Discovery([f"{SITE}{path}" for path in paths], delay)
    assert persistence.save_discovery(scan, found, in_browser=in_browser)
    return scan


def progress(scan: Scan) -> dict[str, tuple[int, int]]:
    persistence.update_summary(scan.pk)
    summary = Scan.objects.get(pk=scan.pk).summary
    return {
        scanner: (part["pages_found"], part["pages_done"]) for scanner, part in summary["progress"].items()
    }


def test_discovered_pages_are_the_progress_of_their_scanner(scenario: Scenario):
    scan = discovered(scenario, "", "a", delay=2)

    assert (ScanPart.objects.get(scan=scan).page_delay, progress(scan)) == (2, {"http": (2, 0)})


def test_browser_part_gets_the_same_pages_and_delay(scenario: Scenario):
    scan = discovered(scenario, "", "a", in_browser=True, delay=2)

    parts = {part.scanner: part for part in ScanPart.objects.filter(scan=scan)}
    pages = [list(part.pages.order_by("position").values_list("url", "route")) for part in parts.values()]
    assert (parts["browser"].page_delay, pages[0]) == (2, pages[1])
    assert progress(scan) == {"http": (2, 0), "browser": (2, 0)}


def test_results_of_a_page_are_saved_with_version_and_progress(scenario: Scenario):
    part = scan_part(scenario)
    first, _ = leased_pages(part, "", "a")

    saved = persistence.save_results(first, results(passed("Good."), failed_domains=("seo",)))

    row, page = ScanResult.objects.get(), ScanPage.objects.get(pk=first.pk)
    assert (saved, row.page_id, row.key, row.outcome) == (True, page.pk, CSP, "passed")
    assert row.version == registry.get(CSP).version
    assert (page.checked_at is not None, page.failed_domains, page.duration_ms) == (True, ["seo"], 2.5)
    assert (page.pending, page.lease_until, page.attempts) == (False, None, 0)
    assert progress(part.scan) == {"http": (2, 1)}


def test_worker_that_lost_the_lease_saves_neither_pages_nor_results(scenario: Scenario):
    part = scan_part(scenario)
    (page,) = leased_pages(part, "")
    ScanPage.objects.update(fence=2)
    Scan.objects.update(fence=1)

    saved = [
        persistence.save_discovery(part.scan, Discovery([SITE]), in_browser=False),
        persistence.save_results(page, results(passed("Good."))),
    ]

    assert (saved, ScanPage.objects.count(), ScanResult.objects.count()) == ([False, False], 1, 0)
    assert progress(part.scan) == {"http": (1, 0)}


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
def test_evidence_over_the_limit_is_truncated_at_its_longest_text(
    scenario: Scenario, outcome: Any, max_length: int
):
    (page,) = leased_pages(scan_part(scenario), "")

    persistence.save_results(page, results(outcome))

    evidence = ScanResult.objects.get().evidence
    assert len(str(evidence)) <= max_length
    assert (evidence["count"], evidence["markup"][-1]) == (3, "…")


def test_screenshots_that_results_name_are_recorded_with_them(scenario: Scenario):
    part = scan_part(scenario)
    page, lost = leased_pages(part, "", "a")
    ScanPage.objects.filter(pk=lost.pk).update(fence=2)
    named = passed("Good.", screenshots={"screen": "b" * 64, "color-contrast": "a" * 64})

    assert persistence.save_results(page, results(named)) is True
    assert persistence.save_results(lost, results(passed("Good.", screenshots={"screen": "c" * 64}))) is False

    rows = Screenshot.objects.filter(project=scenario.project, last_in_evidence_at=None)
    assert sorted(rows.values_list("sha256", flat=True)) == ["a" * 64, "b" * 64]
