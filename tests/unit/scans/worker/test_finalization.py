"""Finishing a part reports its failed checks; finishing the last part completes or fails the scan."""

import pytest
from django.utils import timezone

from accounts.models import Project
from findings.models import Finding
from findings.services.evidence_limits import MAX_EVIDENCE_BYTES, size_of
from scanner.crawler import MAX_PAGES
from scanner.lab_builds import measured_elsewhere
from scanner.outcome import Outcome, failed, inconclusive, passed
from scans.models import Scan, ScanPart
from scans.worker import finalization, persistence
from scans.worker.page_checks import CheckResult, PageResults
from tests import factories
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import SITE, leased_pages, scan_part

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CSP = "security_header_csp"


def checked(scenario: Scenario, *outcomes: Outcome) -> ScanPart:
    """Return a part with a page for each outcome of one check."""
    part = scan_part(scenario)
    pages = leased_pages(part, *(f"{index}" for index in range(len(outcomes))))
    for page, outcome in zip(pages, outcomes, strict=True):
        persistence.save_results(page, PageResults([CheckResult(CSP, outcome, 1.0)]))
    return part


def test_failed_check_becomes_one_report_with_all_failing_pages(scenario: Scenario):
    part = checked(scenario, failed("No CSP."), passed("Good."), failed("No CSP."))

    [report] = finalization.finding_reports(part, {CSP}, is_final=True)

    assert (report.checks, report.domain) == ([CSP], "security")
    assert report.affected_assets == [{"type": "url", "value": f"{SITE}{number}"} for number in (0, 2)]
    assert report.evidence is not None
    assert [page["outcome"]["status"] for page in report.evidence["pages"]] == ["failed", "failed"]


def test_last_part_completes_the_scan(scenario: Scenario):
    part = checked(scenario, failed("No CSP."), passed("Good."))

    finished = [finalization.finish_part(part.pk) for _ in range(2)]

    scan = Scan.objects.get(pk=part.scan_id)
    assert (finished, scan.status, Finding.objects.count()) == ([True, False], "completed", 1)
    assert {name: scan.summary[name] for name in ("pages", "checks", "findings_created", "notes")} == {
        "pages": 2,
        "checks": 1,
        "findings_created": 1,
        "notes": [],
    }
    assert scan.summary["domains"]["security"] == {
        "passed": 1,
        "failed": 1,
        "inconclusive": 0,
        "not_applicable": 0,
    }


@pytest.mark.parametrize("by", ["end", "interval"])
def test_scan_of_a_project_that_was_archived_meanwhile_reports_no_findings(scenario: Scenario, by: str):
    part = checked(scenario, failed("No CSP."))
    Project.objects.filter(pk=scenario.project.pk).update(archived_at=timezone.now())

    if by == "interval":
        finalization.ingest_new_failures(part.pk)
    finalization.finish_part(part.pk)

    scan = Scan.objects.get(pk=part.scan_id)
    assert (Finding.objects.count(), scan.status, scan.summary["findings_created"]) == (0, "completed", 0)
    assert scan.summary["notes"] == [finalization.PROJECT_ARCHIVED]


def test_scan_runs_until_its_other_part_is_finished(scenario: Scenario):
    part = checked(scenario, passed("Good."))
    other = scan_part(scenario, scanner="lab", scan=part.scan)

    finalization.finish_part(part.pk)
    between = Scan.objects.get(pk=part.scan_id).status
    finalization.finish_part(other.pk)

    assert (between, Scan.objects.get(pk=part.scan_id).status) == ("running", "completed")


def test_scan_without_any_result_fails_with_the_first_detail(scenario: Scenario):
    part = checked(scenario, inconclusive("timeout", "The page timed out."))

    finalization.finish_part(part.pk)

    scan = Scan.objects.get(pk=part.scan_id)
    assert (scan.status, scan.summary["error"]) == ("failed", "No check had a result. The page timed out.")


def test_unchecked_pages_are_noted_in_the_summary(scenario: Scenario):
    part = scan_part(scenario)
    pages = leased_pages(part, "", "a")
    persistence.save_results(pages[0], PageResults([CheckResult(CSP, passed("Good."), 1.0)]))
    part.pages.update(pending=False)  # as `page_leases` does when the time is over

    finalization.finish_part(part.pk)

    notes = Scan.objects.get(pk=part.scan_id).summary["notes"]
    assert notes == ["1 of 2 pages were not checked (HTTP): the time limit was reached."]


def test_pages_without_a_result_are_noted_in_the_summary(scenario: Scenario) -> None:
    part = scan_part(scenario)
    outcomes = [passed("Good."), *[inconclusive("blocked", "The page answered with status 503.")] * 2]
    for page, outcome in zip(leased_pages(part, "", "a", "b"), outcomes, strict=True):
        persistence.save_results(page, PageResults([CheckResult(CSP, outcome, 1.0)]))

    finalization.finish_part(part.pk)

    notes = Scan.objects.get(pk=part.scan_id).summary["notes"]
    assert notes == ["2 of 3 pages have no result (HTTP): The page answered with status 503."]


def test_metrics_of_another_page_are_noted_in_the_summary(scenario: Scenario):
    elsewhere = [measured_elsewhere(SITE)] * 2
    part = checked(scenario, passed("Good."), *elsewhere)

    finalization.finish_part(part.pk)

    notes = Scan.objects.get(pk=part.scan_id).summary["notes"]
    assert notes == ["2 lab metrics: measured on a page with the same resources and structure."]


def test_part_that_cannot_be_finished_holds_up_no_other(scenario: Scenario):
    broken, other = (checked(scenario, failed("No CSP.")) for _ in range(2))
    finalization.finish_part(checked(scenario, failed("No CSP.")).pk)
    # A form that the API refuses.
    Finding.objects.update(affected_assets=[5])
    other.scan.results.all().update(outcome="passed")

    finalization.finish_parts_without_pages()

    unfinished = ScanPart.objects.filter(finished_at=None)
    assert [part.pk for part in unfinished] == [broken.pk]


def test_part_with_a_pending_page_is_not_finished(scenario: Scenario):
    part = checked(scenario, failed("No CSP."))
    leased_pages(scan_part(scenario, scanner="browser", scan=part.scan), "")
    part.pages.update(pending=True)

    finished = finalization.finish_part(part.pk)

    scan = Scan.objects.get(pk=part.scan_id)
    assert (finished, scan.status, Finding.objects.count()) == (False, "running", 0)


def test_largest_evidence_of_a_scan_is_within_the_limit_and_says_what_was_left_out(scenario: Scenario):
    large = failed("No CSP.", **{f"part_{number}": "漢" * 1_900 for number in range(4)})
    part = checked(scenario, *[large] * MAX_PAGES)

    finalization.finish_part(part.pk)

    evidence = Finding.objects.get().evidence
    details = [page["outcome"]["evidence"]["detail"] for page in evidence["pages"]]
    assert MAX_EVIDENCE_BYTES * 0.9 < size_of(evidence) <= MAX_EVIDENCE_BYTES
    assert details == ["No CSP."] * 11 + [finalization.EVIDENCE_TRUNCATED] * 14
    assert [page["url"] for page in evidence["pages"]] == [f"{SITE}{index}" for index in range(MAX_PAGES)]


def test_end_of_a_scan_does_not_lift_the_block_by_another_that_saw_the_check_fail_later(
    scenario: Scenario,
) -> None:
    first = checked(scenario, failed("No header."))
    finalization.ingest_new_failures(first.pk)
    task = factories.task(scenario, of=Finding.objects.get())
    verification = factories.verification(scenario, of=task)

    states = []
    for part in (checked(scenario, failed("No header.")), first):
        finalization.finish_part(part.pk)
        verification.refresh_from_db()
        states.append(verification.state)

    assert states == ["blocked", "blocked"]
