"""Reports of a scan are compared with known findings: fluctuations are ignored and unchecked pages stay."""

from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from findings.models import Finding, Regression
from findings.services import transitions
from findings.services.ingestion import FindingReport, ingest_one
from scanner import registry
from scanner.outcome import Outcome, failed, inconclusive, passed
from scans.models import Scan, ScanPart
from scans.worker import finalization, persistence
from tests import factories
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import FOUR_PAGES, SITE, lease_pages, outcome_of, started, store

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def scanned(
    scenario: Scenario, key: str, seen: dict[str, Outcome], *, url: str = SITE, streaming: bool = False
) -> Scan:
    """Store and finish a scan with these outcomes of a check by page; `streaming`: ingest after each page."""
    registry.load()
    scan = started(scenario, seen, url=url)
    for page in lease_pages(scan):
        store(page, key, seen[page.url])
        if streaming:
            ScanPart.objects.update(ingested_at=None)
            finalization.ingest_new_failures(page.part_id)
    finalization.finish_parts_without_pages()
    scan.refresh_from_db()
    return scan


def measured(milliseconds: float) -> Outcome:
    """Return the outcome of ttfb (threshold 600 ms) for three samples."""
    return outcome_of("ttfb", [milliseconds] * 3)


def resolved(key: str) -> Finding:
    finding = Finding.objects.get(check_keys=[key])
    transitions.resolve(finding, fixed_at=timezone.now())
    return finding


def stored_state(finding: Finding) -> tuple[str, int]:
    finding.refresh_from_db()
    return finding.status, Regression.objects.filter(finding=finding, status="open").count()


@pytest.mark.parametrize(
    ("values", "after_each"),
    [
        ([650, 655, 659], [("resolved", 0)] * 3),  # over the threshold by at most 10 %
        (
            [670, 670],
            [("resolved", 0), ("in_progress", 1)],
        ),  # over it by more than 10 %, in two consecutive scans
        ([670, 650, 670, 690], [("resolved", 0)] * 3 + [("in_progress", 1)]),
        ([670, 500, 670], [("resolved", 0)] * 3),
        ([800], [("resolved", 0)]),  # at most 1.2 times the value when it was found
        ([841], [("in_progress", 1)]),
    ],
)
def test_metric_reopens_a_finding_only_beyond_the_margins(
    scenario: Scenario, values: list[float], after_each: Any
):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")

    seen = []
    for value in values:
        scan = scanned(scenario, "ttfb", {SITE: measured(value)})
        seen.append(stored_state(finding))
        counted = (scan.summary["regressions"], scan.summary["regressions_suspected"])
        assert counted == {("resolved", 0): (0, int(value > 600)), ("in_progress", 1): (1, 0)}[seen[-1]]

    assert seen == after_each


def test_scan_before_the_fix_does_not_count_as_previous_scan(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")

    scanned(scenario, "ttfb", {SITE: measured(700)})

    assert stored_state(finding) == ("resolved", 0)


def test_change_of_the_resolved_finding_does_not_delay_a_regression(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")
    scanned(scenario, "ttfb", {SITE: measured(700)})
    scenario.client.call("patch", f"findings/{finding.pk}", {"severity": "low"})

    scanned(scenario, "ttfb", {SITE: measured(700)})

    assert stored_state(finding) == ("in_progress", 1)


def test_scan_of_another_url_does_not_count_as_previous_scan(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")
    scanned(scenario, "ttfb", {SITE + "shop": measured(700)}, url=SITE + "shop")

    scanned(scenario, "ttfb", {SITE: measured(700)})

    assert stored_state(finding) == ("resolved", 0)


def test_threshold_of_the_policy_is_used(scenario: Scenario):
    scenario.client.call("put", "policies/current", {"config": {"checks": {"ttfb": {"threshold": 300}}}})
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")

    for _ in range(2):
        scanned(scenario, "ttfb", {SITE: outcome_of("ttfb", [340, 340, 340], 300)})

    assert stored_state(finding) == ("in_progress", 1)


def test_exact_metric_reopens_a_finding_at_once(scenario: Scenario):
    key = "tls_certificate_days_left"
    scanned(scenario, key, {SITE: outcome_of(key, [3])})
    finding = resolved(key)

    scanned(scenario, key, {SITE: outcome_of(key, [13])})

    assert stored_state(finding) == ("in_progress", 1)


def test_failed_rule_reopens_a_finding_at_once(scenario: Scenario):
    scanned(scenario, "title_present", {SITE: failed("No title.")})
    finding = resolved("title_present")

    scanned(scenario, "title_present", {SITE: failed("No title.")})

    assert stored_state(finding) == ("in_progress", 1)


def test_dismissed_finding_stays_dismissed(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    Finding.objects.update(status="dismissed")

    scanned(scenario, "ttfb", {SITE: measured(9000)})

    assert stored_state(Finding.objects.get()) == ("dismissed", 0)


def test_finding_keeps_the_value_of_each_page_and_the_worst_of_all(scenario: Scenario):
    scanned(
        scenario, "ttfb", {SITE: measured(700), SITE + "shop": measured(900), SITE + "about": measured(100)}
    )

    finding = Finding.objects.get()
    assert [asset["value"] for asset in finding.affected_assets] == [SITE, SITE + "shop"]
    assert [(page["url"], page["outcome"]["value"]) for page in finding.evidence["pages"]] == [
        (SITE, 700),
        (SITE + "shop", 900),
    ]
    assert finding.evidence["values"] == {"ttfb": 900}


def test_unchecked_pages_of_a_finding_are_kept(scenario: Scenario):
    scanned(
        scenario,
        "ttfb",
        {
            SITE: measured(700),
            SITE + "shop": measured(950),
            SITE + "blog/first": measured(800),
            SITE + "gone": measured(990),
            SITE + "busy": measured(900),
        },
    )

    scanned(
        scenario,
        "ttfb",
        {
            SITE: measured(720),
            SITE + "blog/second": measured(100),  # represents its route, including the first post
            SITE + "gone": inconclusive("target_missing", "404"),
            SITE + "busy": inconclusive("timeout", "No answer."),
        },
    )

    finding = Finding.objects.get()
    kept = [(page["url"], page["outcome"]["value"]) for page in finding.evidence["pages"]]
    assert kept == [(SITE, 720), (SITE + "shop", 950), (SITE + "busy", 900)]
    assert [asset["value"] for asset in finding.affected_assets] == [url for url, _ in kept]
    assert finding.evidence["values"] == {"ttfb": 950}


@pytest.mark.parametrize(("status", "kept"), [(404, []), (410, []), (200, ["shop"]), (302, ["shop"])])
def test_page_that_is_empty_stays_in_the_finding_until_it_is_gone(
    scenario: Scenario, status: int, kept: list[str]
):
    scanned(scenario, "title_present", {SITE: failed("None."), SITE + "shop": failed("None.")})

    missing = inconclusive("target_missing", "The page is empty.", status=status)
    scanned(scenario, "title_present", {SITE: failed("None."), SITE + "shop": missing})

    urls = [asset["value"] for asset in Finding.objects.get().affected_assets]
    assert urls == [SITE, *(SITE + page for page in kept)]


def test_finding_of_a_site_check_has_the_last_checked_page(scenario: Scenario):
    scanned(scenario, "exposed_git", {SITE + "shop": failed("It is there.")}, url=SITE + "shop")

    scanned(scenario, "exposed_git", {SITE: failed("It is there.")})

    assert Finding.objects.get().affected_assets == [{"type": "url", "value": SITE}]


def test_missing_failure_leaves_the_finding_open(scenario: Scenario):
    scanned(scenario, "title_present", {SITE: failed("No title.")})

    scanned(scenario, "title_present", {SITE: passed("There it is.")})

    finding = Finding.objects.get()
    assert (finding.status, finding.affected_assets) == ("new", [{"type": "url", "value": SITE}])


def events(finding: Finding) -> list[str]:
    return list(Event.objects.filter(subject_id=finding.pk).order_by("id").values_list("name", flat=True))


def test_streaming_has_the_result_of_one_ingestion(scenario: Scenario):
    other = factories.scenario()
    seen = [
        dict(zip(FOUR_PAGES, map(measured, values), strict=True))
        for values in ([700, 900, 650, 100], [720, 100, 950, 640])
    ]

    summaries = [
        [scanned(tenant, "ttfb", outcomes, streaming=streaming).summary for outcomes in seen]
        for tenant, streaming in ((scenario, True), (other, False))
    ]

    findings = [Finding.objects.get(project=tenant.project) for tenant in (scenario, other)]
    assert summaries[0] == summaries[1]
    assert findings[0].affected_assets == findings[1].affected_assets
    assert findings[0].evidence["values"] == findings[1].evidence["values"] == {"ttfb": 950}
    assert [page["url"] for page in findings[0].evidence["pages"]] == [
        FOUR_PAGES[0], FOUR_PAGES[2], FOUR_PAGES[3],
    ]  # fmt: skip
    assert events(findings[0]) == events(findings[1]) == ["finding.created", "finding.seen_again"]


def test_streaming_reopens_a_finding_once_a_page_is_beyond_the_margin(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")

    scan = started(scenario, FOUR_PAGES)
    seen = []
    for page, value in zip(lease_pages(scan), [650, 860, 100, 870], strict=True):
        store(page, "ttfb", measured(value))
        ScanPart.objects.update(ingested_at=None)
        finalization.ingest_new_failures(page.part_id)
        persistence.update_summary(scan.pk)
        scan.refresh_from_db()
        seen.append(
            (stored_state(finding), scan.summary["regressions"], scan.summary["regressions_suspected"])
        )
    finalization.finish_parts_without_pages()

    suspected, reopened = (("resolved", 0), 0, 1), (("in_progress", 1), 1, 0)
    assert seen == [suspected, reopened, reopened, reopened]
    assert events(finding).count("finding.regressed") == 1
    assert finding_pages(finding) == [FOUR_PAGES[0], FOUR_PAGES[1], FOUR_PAGES[3]]


def finding_pages(finding: Finding) -> list[str]:
    finding.refresh_from_db()
    return [asset["value"] for asset in finding.affected_assets]


def test_finding_that_is_resolved_while_the_scan_runs_stays_resolved(scenario: Scenario):
    scan = started(scenario, FOUR_PAGES)
    first, *others = lease_pages(scan)
    store(first, "title_present", failed("No title."))
    finalization.continue_part(first.part_id)
    finding = resolved("title_present")

    for page in others:
        store(page, "title_present", failed("No title."))
    finalization.finish_parts_without_pages()

    scan.refresh_from_db()
    assert (stored_state(finding), finding_pages(finding)) == (("resolved", 0), [SITE])
    assert (scan.summary["findings_created"], scan.summary["regressions"]) == (1, 0)


def test_failure_that_was_seen_before_the_approval_is_no_regression(scenario: Scenario):
    scanned(scenario, "title_present", {SITE: failed("No title.")})
    first, second = lease_pages(started(scenario, FOUR_PAGES[:2]))
    store(first, "title_present", failed("No title."))
    finding = resolved("title_present")

    store(second, "title_present", passed("There it is."))
    finalization.finish_parts_without_pages()

    assert stored_state(finding) == ("resolved", 0)


def test_failure_that_was_seen_after_the_approved_verification_began_is_a_regression(scenario: Scenario):
    scanned(scenario, "title_present", {SITE: failed("No title.")})
    finding = Finding.objects.get()
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    first, second = lease_pages(started(scenario, FOUR_PAGES[:2]))
    store(first, "title_present", failed("No title."))
    scenario.client.call("post", f"verifications/{verification.pk}/approve", {})

    store(second, "title_present", passed("There it is."))
    finalization.finish_parts_without_pages()

    assert stored_state(finding) == ("in_progress", 1)


def test_failure_that_was_seen_before_a_change_of_the_resolved_finding_is_a_regression(scenario: Scenario):
    scanned(scenario, "title_present", {SITE: failed("No title.")})
    finding = resolved("title_present")
    first, second = lease_pages(started(scenario, FOUR_PAGES[:2]))
    store(first, "title_present", failed("No title."))
    scenario.client.call("patch", f"findings/{finding.pk}", {"severity": "low"})

    store(second, "title_present", passed("There it is."))
    finalization.finish_parts_without_pages()

    assert stored_state(finding) == ("in_progress", 1)


def test_pages_that_are_not_checked_yet_stay_in_a_finding_until_they_are(scenario: Scenario):
    scanned(scenario, "title_present", dict.fromkeys(FOUR_PAGES, failed("No title.")))
    finding = Finding.objects.get()
    outcomes = [passed("There it is."), failed("No title."), passed("There it is."), passed("There it is.")]

    scan, seen = started(scenario, FOUR_PAGES), []
    for page, outcome in zip(lease_pages(scan), outcomes, strict=True):
        store(page, "title_present", outcome)
        ScanPart.objects.update(ingested_at=None)
        finalization.ingest_new_failures(page.part_id)
        seen.append(set(finding_pages(finding)))
    finalization.finish_parts_without_pages()

    assert seen == [set(FOUR_PAGES), set(FOUR_PAGES[1:]), set(FOUR_PAGES[1:]), set(FOUR_PAGES[1:])]
    assert finding_pages(finding) == [FOUR_PAGES[1]]


def test_two_ingestions_within_three_seconds_are_one(scenario: Scenario):
    scan = started(scenario, FOUR_PAGES)
    first, second, *_ = lease_pages(scan)
    store(first, "title_present", failed("No title."))

    ingested = [finalization.ingest_new_failures(first.part_id)]
    store(second, "title_present", failed("No title."))
    ingested.append(finalization.ingest_new_failures(first.part_id))
    ScanPart.objects.update(ingested_at=timezone.now() - finalization.INGEST_INTERVAL)
    ingested.append(finalization.ingest_new_failures(first.part_id))

    assert ingested == [True, False, True]
    assert finding_pages(Finding.objects.get()) == FOUR_PAGES[:2]


def test_a_single_sample_of_a_fluctuating_metric_is_not_exact(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")

    scanned(scenario, "ttfb", {SITE: outcome_of("ttfb", [650])})

    assert stored_state(finding) == ("resolved", 0)


def test_value_beyond_all_doubles_is_none(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = Finding.objects.get(check_keys=["ttfb"])
    reported = FindingReport(
        domain=finding.domain,
        title=finding.title,
        severity=finding.severity,
        checks=["ttfb"],
        evidence={"values": {"ttfb": 10**400}},
    )
    ingest_one(scenario.project, reported, by=scenario.actor)
    transitions.resolve(finding, fixed_at=timezone.now())

    scans_after = [scanned(scenario, "ttfb", {SITE: measured(700)}) for _ in range(2)]

    assert [scan.status for scan in scans_after] == ["completed"] * 2
    assert stored_state(finding) == ("in_progress", 1)
