"""Reports of a scan are compared with known findings: fluctuations are ignored and unchecked pages stay."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from findings.models import Finding, Regression
from findings.services import transitions
from scanner import registry
from scanner.crawler import route_of
from scanner.metric_verdict import judge_metric
from scanner.outcome import Measurement, Outcome, failed, inconclusive, passed
from scans.models import Scan, ScanPage
from scans.services import scans
from scans.worker import finalization, part_runner, persistence
from scans.worker.page_checks import CheckResult, PageResults
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
SITE = "https://example.com/"


def scanned(scenario: Scenario, key: str, seen: dict[str, Outcome], *, url: str = SITE) -> Scan:
    """Store and finish a scan with these outcomes of a check by page."""
    registry.load()
    scan = scans.queue(scenario.project, url=url, trigger="manual", by=SYSTEM)
    with part_runner.lease_part(scan.pk, "http") as part:
        assert part is not None
        pages = [
            ScanPage(part=part, position=place, url=page, route=route_of(page))
            for place, page in enumerate(seen)
        ]
        persistence.save_pages(part, pages, page_delay=0)
        for page in pages:
            persistence.save_results(part, page, PageResults([CheckResult(key, seen[page.url], 1.0)]))
        finalization.finish_part(part)
    scan.refresh_from_db()
    return scan


def judged(key: str, samples: list[float], threshold: float | None = None) -> Outcome:
    """Return the outcome of a metric for these samples."""
    known = registry.get(key)
    assert known is not None
    return judge_metric(known, Measurement(samples), threshold)


def measured(milliseconds: float) -> Outcome:
    """Return the outcome of ttfb (threshold 600 ms) for three samples."""
    return judged("ttfb", [milliseconds] * 3)


def resolved(key: str) -> Finding:
    finding = Finding.objects.get(check_keys=[key])
    transitions.resolve(finding)
    return finding


def stands(finding: Finding) -> tuple[str, int]:
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
        seen.append(stands(finding))
        told = (scan.summary["regressions"], scan.summary["regressions_suspected"])
        assert told == {("resolved", 0): (0, int(value > 600)), ("in_progress", 1): (1, 0)}[seen[-1]]

    assert seen == after_each


def test_scan_before_the_fix_does_not_count_as_previous_scan(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")

    scanned(scenario, "ttfb", {SITE: measured(700)})

    assert stands(finding) == ("resolved", 0)


def test_scan_of_another_url_does_not_count_as_previous_scan(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")
    scanned(scenario, "ttfb", {SITE + "shop": measured(700)}, url=SITE + "shop")

    scanned(scenario, "ttfb", {SITE: measured(700)})

    assert stands(finding) == ("resolved", 0)


def test_threshold_of_the_policy_is_used(scenario: Scenario):
    scenario.client.ask("put", "policies/current", {"config": {"checks": {"ttfb": {"threshold": 300}}}})
    scanned(scenario, "ttfb", {SITE: measured(700)})
    finding = resolved("ttfb")

    for _ in range(2):
        scanned(scenario, "ttfb", {SITE: judged("ttfb", [340, 340, 340], 300)})

    assert stands(finding) == ("in_progress", 1)


def test_exact_metric_reopens_a_finding_at_once(scenario: Scenario):
    key = "tls_certificate_days_left"
    scanned(scenario, key, {SITE: judged(key, [3])})
    finding = resolved(key)

    scanned(scenario, key, {SITE: judged(key, [13])})

    assert stands(finding) == ("in_progress", 1)


def test_failed_rule_reopens_a_finding_at_once(scenario: Scenario):
    scanned(scenario, "title_present", {SITE: failed("No title.")})
    finding = resolved("title_present")

    scanned(scenario, "title_present", {SITE: failed("No title.")})

    assert stands(finding) == ("in_progress", 1)


def test_dismissed_finding_stays_dismissed(scenario: Scenario):
    scanned(scenario, "ttfb", {SITE: measured(700)})
    Finding.objects.update(status="dismissed")

    scanned(scenario, "ttfb", {SITE: measured(9000)})

    assert stands(Finding.objects.get()) == ("dismissed", 0)


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


def test_finding_of_a_site_check_has_the_last_checked_page(scenario: Scenario):
    scanned(scenario, "exposed_git", {SITE + "shop": failed("It is there.")}, url=SITE + "shop")

    scanned(scenario, "exposed_git", {SITE: failed("It is there.")})

    assert Finding.objects.get().affected_assets == [{"type": "url", "value": SITE}]


def test_missing_failure_leaves_the_finding_open(scenario: Scenario):
    scanned(scenario, "title_present", {SITE: failed("No title.")})

    scanned(scenario, "title_present", {SITE: passed("There it is.")})

    finding = Finding.objects.get()
    assert (finding.status, finding.affected_assets) == ("new", [{"type": "url", "value": SITE}])
