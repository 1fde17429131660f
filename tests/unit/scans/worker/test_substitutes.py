"""The results of pages that a login page has replaced are withdrawn; those of a site's own login page are not."""

import pytest

from findings.models import Finding
from scanner.outcome import failed
from scanner.page.substitute import Substitute
from scans.models import Scan, Scanner, ScanPart
from scans.worker import finalization, persistence
from scans.worker.page_checks import CheckResult, PageResults
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import SITE, leased_pages, scan_part

pytestmark = pytest.mark.django_db
CSP = "security_header_csp"
LOGIN = Substitute("login_wall", "A login page at /login was returned.", "login_wall example.com/login")


def saved(part: ScanPart, *pages: tuple[str, Substitute | None]) -> ScanPart:
    """Save a failed check of each page."""
    leased = leased_pages(part, *(path for path, _ in pages))
    for page, (_, substitute) in zip(leased, pages, strict=True):
        results = [CheckResult(CSP, failed("No CSP."), 1.0)]
        persistence.save_results(page, PageResults(results, substitute=substitute))
    return part


def outcomes(part: ScanPart) -> dict[str, tuple[str, str]]:
    rows = part.scan.results.filter(page__part=part).values_list("page__url", "outcome", "reason")
    return {url.removeprefix(SITE): (outcome, reason) for url, outcome, reason in rows}


def test_pages_replaced_by_one_login_page_are_inconclusive_and_noted_once(scenario: Scenario):
    part = saved(scan_part(scenario), ("", None), ("a", LOGIN), ("b", LOGIN))

    finalization.finish_part(part.pk)

    assert outcomes(part) == {
        "": ("failed", ""),
        "a": ("inconclusive", "login_wall"),
        "b": ("inconclusive", "login_wall"),
    }
    assert Scan.objects.get(pk=part.scan_id).summary["notes"] == [
        f"2 pages were not judged, for example {SITE}a: A login page at /login was returned."
    ]
    assert [asset["value"] for asset in Finding.objects.get().affected_assets] == [SITE]


@pytest.mark.parametrize(
    "pages",
    [
        [("", LOGIN)],
        [("", LOGIN), ("a", LOGIN)],
        [("", None), ("account", LOGIN)],
        [("", None), ("a", LOGIN), ("a?lang=de", LOGIN)],
    ],
    ids=["only page", "start page and an alias", "one page behind a login", "one page with several queries"],
)
def test_login_page_of_the_site_is_judged(scenario: Scenario, pages: list[tuple[str, Substitute | None]]):
    part = saved(scan_part(scenario), *pages)

    finalization.finish_part(part.pk)

    assert set(outcomes(part).values()) == {("failed", "")}


def test_start_page_is_judged_where_other_pages_lead_to_its_login(scenario: Scenario):
    part = saved(scan_part(scenario), ("", LOGIN), ("a", LOGIN), ("b", LOGIN))

    finalization.finish_part(part.pk)

    assert [url for url, (outcome, _) in outcomes(part).items() if outcome == "failed"] == [""]


def test_start_page_that_a_browser_finds_replaced_is_inconclusive(scenario: Scenario):
    part = saved(scan_part(scenario), ("", None), ("a", None))
    in_browser = scan_part(scenario, scanner=Scanner.BROWSER, scan=part.scan)
    saved(in_browser, ("", LOGIN), ("a", LOGIN))

    finalization.finish_part(part.pk)
    finalization.finish_part(in_browser.pk)

    assert set(outcomes(part).values()) == {("failed", "")}
    assert set(outcomes(in_browser).values()) == {("inconclusive", "login_wall")}


def test_page_that_may_be_replaced_is_reported_at_the_end_of_the_part_only(scenario: Scenario):
    part = saved(scan_part(scenario), ("", None), ("account", LOGIN))

    finalization.ingest_new_failures(part.pk)
    running = len(Finding.objects.get().affected_assets)
    finalization.finish_part(part.pk)

    assert (running, len(Finding.objects.get().affected_assets)) == (1, 2)
