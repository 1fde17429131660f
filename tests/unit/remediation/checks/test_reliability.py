"""The reliability of checks: flips, and fixes whose finding came back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from findings.models import Finding, Regression
from findings.services.ingestion import FindingReport, ingest
from krafter_audit.db import redis_client
from krafter_audit.jobs.queues import lists_of
from remediation import jobs
from remediation.checks import reliability
from remediation.evidence.chain import append
from remediation.models import CheckReliability, Task, Verification
from remediation.services import verdicts
from scans.models import Scan, ScanPage, ScanPart, ScanResult
from tests import factories, staff
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

CSP = "security_header_csp"
URL = "https://example.com/"


def answer(
    outcome: str, *, sha: str = "a1", header: str = "", runs: list[str] | None = None, **more: Any
) -> dict[str, Any]:
    """Return the evidence of a page."""
    seen = {
        "sha256": sha,
        "status": 200,
        "final_url": URL,
        "headers": {"content-security-policy": header},
        "rule_version": 1,
    }
    return {
        "url": URL,
        "status": outcome,
        "evidence": {**seen, **({"runs": runs} if runs else {}), **more},
    }


def verify_with(scenario: Scenario, *answers: dict[str, Any], key: str = CSP, of: Task | None = None) -> None:
    """Store verifications of a task with these pages."""
    task = of or factories.task(scenario, of=factories.finding(scenario, checks=[key]))
    for page in answers:
        append(factories.verification(scenario, of=task), key, {"outcome": page["status"], "pages": [page]})


def scanned(scenario: Scenario, status: str, *, key: str = CSP, **more: Any) -> None:
    """Store a scan with this result on the page."""
    seen = answer(status, **more)
    now = timezone.now()
    scan = Scan.objects.create(project=scenario.project, url=URL, trigger="manual")
    page = ScanPage.objects.create(
        part=ScanPart.objects.create(scan=scan, scanner="http"), position=0, url=URL, route=""
    )
    ScanResult.objects.create(
        scan=scan,
        page=page,
        key=key,
        version=1,
        outcome=status,
        evidence=seen["evidence"],
        duration_ms=1,
        seen_at=now,
    )


def approved(
    scenario: Scenario,
    *,
    checks: str | list[str] = "passed",
    keys: list[str] | None = None,
    override: str = "",
) -> Verification:
    """Verify and approve a fix."""
    task = factories.task(
        scenario, of=factories.finding(scenario, checks=keys or [CSP]), status="ready_verify"
    )
    return verdicts.approve(
        factories.verification(scenario, of=task, checks=checks).pk,
        by=scenario.actor,
        override_reason=override,
    )


def seen_again(scenario: Scenario, verification: Verification, *, after: timedelta) -> None:
    """Report the finding again by a scan, this long after the approval."""
    finding = verification.task.finding
    finding.refresh_from_db()
    ingest(scenario.project, [FindingReport(finding.domain, finding.title)], by=scenario.actor)
    Regression.objects.filter(finding=finding).update(opened_at=verification.verified_at + after)


def measured(scenario: Scenario, key: str = CSP) -> dict[str, Any]:
    """Measure and return the counts of a check."""
    jobs.measure_check_reliability(str(scenario.project.pk))
    row = CheckReliability.objects.filter(project=scenario.project, key=key).first()
    return {} if row is None else {name: getattr(row, name) for name in reliability.COUNT_FIELDS}


def flips(scenario: Scenario, key: str = CSP) -> tuple[int, int, int]:
    """Return the numbers of runs, compared runs and flips."""
    counts = measured(scenario, key)
    return counts["runs"], counts["compared"], counts["flips"]


def test_opposite_results_for_an_unchanged_page_are_a_flip(scenario: Scenario):
    verify_with(scenario, answer("failed"), answer("passed"), answer("passed"))

    assert flips(scenario) == (3, 2, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"sha": "b2"}, {"header": "default-src 'self'"}, {"status": 203}, {"final_url": URL + "start"},
        {"rule_version": 2}, {"threshold": 5},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_changed_pages_are_not_compared(scenario: Scenario, change: dict[str, Any]):
    verify_with(scenario, answer("failed"), answer("passed", **change))

    assert flips(scenario) == (2, 0, 0)


def test_repeated_runs_with_opposite_results_are_a_flip(scenario: Scenario):
    verify_with(
        scenario,
        answer("failed", runs=["failed", "failed"]),
        answer("passed", sha="b2", runs=["failed", "passed", "passed"]),
    )

    assert flips(scenario) == (2, 2, 1)


def test_failed_scan_and_passed_verification_of_an_unchanged_page_are_a_flip(scenario: Scenario):
    scanned(scenario, "failed")
    verify_with(scenario, answer("passed"))

    assert flips(scenario) == (2, 1, 1)


def test_inconclusive_runs_are_not_counted(scenario: Scenario):
    verify_with(scenario, answer("failed"), answer("inconclusive"), answer("failed"))

    assert flips(scenario) == (2, 1, 0)


def test_checks_that_depend_on_more_than_the_page_are_not_compared(scenario: Scenario):
    verify_with(scenario, answer("failed"), answer("passed"), key="broken_internal_links")

    assert flips(scenario, "broken_internal_links") == (2, 0, 0)


def test_pages_and_projects_are_measured_separately(scenario: Scenario):
    elsewhere = answer("passed") | {"url": URL + "other"}
    other = factories.scenario()
    verify_with(scenario, answer("failed"), elsewhere)
    verify_with(other, answer("passed"))

    assert (flips(scenario), flips(other)) == ((2, 0, 0), (1, 0, 0))


@pytest.mark.parametrize(
    ("after", "counts"),
    [(timedelta(days=3), (1, 1, 1)), (timedelta(days=20), (1, 0, 1)), (timedelta(days=40), (1, 0, 0))],
)
def test_finding_reported_after_its_fix_counts_as_return(
    scenario: Scenario, after: timedelta, counts: tuple[int, ...]
):
    seen_again(scenario, approved(scenario), after=after)

    found = measured(scenario)
    assert (found["fixes"], found["returned_within_7_days"], found["returned_within_30_days"]) == counts


def test_reopened_approval_counts_as_return(scenario: Scenario):
    verification = approved(scenario)
    verdicts.reopen(verification.pk, by=scenario.actor)

    found = measured(scenario)
    assert (found["fixes"], found["returned_within_7_days"]) == (1, 1)


def test_unapproved_verification_is_not_a_fix(scenario: Scenario):
    verdicts.reopen(factories.verification(scenario).pk, by=scenario.actor)

    assert measured(scenario) == {}


def test_overridden_check_is_not_a_fix(scenario: Scenario):
    approved(scenario, keys=[CSP, "csp_base_uri"], checks=["failed", "passed"], override="I know better.")

    assert (measured(scenario), measured(scenario, "csp_base_uri")["fixes"]) == ({}, 1)


def test_median_time_starts_at_the_finding_or_its_regression(scenario: Scenario):
    def fixed_after(hours: float, *, back: float | None = None) -> None:
        verification = approved(scenario)
        found: datetime = verification.verified_at - timedelta(hours=hours)  # type: ignore[operator]
        Finding.objects.filter(pk=verification.task.finding_id).update(created_at=found)
        if back:
            regression = factories.regression(scenario, of=verification.task.finding)
            opened = verification.verified_at - timedelta(hours=back)  # type: ignore[operator]
            Regression.objects.filter(pk=regression.pk).update(
                opened_at=opened, status="closed", closed_at=timezone.now()
            )

    fixed_after(2)
    fixed_after(500, back=10)
    fixed_after(30)

    jobs.measure_check_reliability(str(scenario.project.pk))

    assert CheckReliability.objects.get(key=CSP).median_hours == 10


def test_measuring_again_replaces_the_rows_and_ignores_old_runs(scenario: Scenario):
    verify_with(scenario, answer("failed"), answer("passed"))
    first = measured(scenario)

    again = measured(scenario)
    Verification.objects.update(created_at=timezone.now() - timedelta(days=100))

    assert (first == again, measured(scenario)) == (True, {})


def test_only_projects_with_recent_runs_are_measured(scenario: Scenario, enqueued: list[tuple[str, ...]]):
    verify_with(scenario, answer("failed"))
    factories.scenario()

    jobs.measure_all_projects()

    assert enqueued == [("remediation.measure_check_reliability", str(scenario.project.pk))]


def test_measurements_come_after_all_other_jobs(scenario: Scenario) -> None:
    verify_with(scenario, answer("failed"))
    normal, low = lists_of("celery")
    redis_client.connection().delete(normal, low)

    jobs.measure_all_projects()

    lengths = [redis_client.connection().llen(queue) for queue in (normal, low)]
    redis_client.connection().delete(low)
    assert lengths == [0, 1]


def test_admin_list_shows_totals_least_reliable_first(scenario: Scenario):
    verify_with(scenario, answer("failed"), answer("passed"))
    verify_with(factories.scenario(), answer("failed"), answer("failed"), key="csp_base_uri")
    for row in reliability.active_projects():
        jobs.measure_check_reliability(str(row.pk))

    page = staff.logged_in_client().get(staff.admin_url(CheckReliability, "changelist"))

    assert [(line["key"], line["flipped"]) for line in page.context["sums"]] == [
        (CSP, "1 of 1 (100.0%)"), ("csp_base_uri", "0 of 1 (0.0%)"),
    ]  # fmt: skip
    assert "Reliability of each check" in page.content.decode()
