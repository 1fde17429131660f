"""What the page and the PDF show of a finding, a fix and a task."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reports.presentation import items
from tests.unit.reports.sample_snapshot import FINDINGS, FIXED, finding


def test_finding_has_its_places_observations_and_configuration() -> None:
    url = "https://example.com/"
    outcome = {"status": "failed", "value": 812.0, "evidence": {"detail": "It took long.", "unit": "ms"}}
    found = {
        **finding(1, "Slow", "performance", "high", "new", 60),
        "affected_assets": [{"type": "url", "value": f"{url}{number}"} for number in range(12)],
        "evidence": {"pages": [{"key": "ttfb", "url": url, "outcome": outcome}]},
        "recommended_fix": {
            "summary": "Cache.",
            "steps": ["Measure.", "nginx: proxy_cache on;"],
            "references": [],
        },
    }

    [shown] = items.top_findings([found], 5)

    assert (len(shown["urls"]), shown["more_urls"]) == (10, 2)
    assert [(observation.detail, observation.measurement) for observation in shown["observations"]] == [
        ("It took long.", "812 ms")
    ]
    assert (shown["fix"].steps, shown["fix"].snippets) == (["Measure."], [("nginx", "proxy_cache on;")])
    assert (shown["severity_label"], shown["score"]) == ("High", "60")


def test_observations_that_pages_share_are_shown_once() -> None:
    pages = [
        {"key": "ttfb", "url": f"https://example.com/{number}", "outcome": {"evidence": {"detail": detail}}}
        for number, detail in enumerate(["Slow.", "Slow.", "Slower.", "Slow."])
    ]

    [shown] = items.top_findings([{**FINDINGS[0], "evidence": {"pages": pages}}], 5)

    assert [observation.detail for observation in shown["observations"]] == ["Slow.", "Slower."]


@pytest.mark.parametrize("evidence", [{}, {"pages": "none"}, {"pages": [{"outcome": 3}]}])
def test_finding_with_other_evidence_has_no_observations(evidence: Any) -> None:
    [shown] = items.top_findings([{**FINDINGS[0], "evidence": evidence}], 5)

    assert shown["observations"] == []


def test_findings_are_shown_in_detail_up_to_a_number_of_characters() -> None:
    def texts(length: int) -> dict[str, Any]:
        assets = [{"type": "url", "value": "p" * length}]
        fix = {"summary": "s" * length, "steps": ["t" * length, "nginx: " + "n" * length]}
        outcome = {"evidence": {"detail": "e" * length}}
        further = {"evidence": {"pages": [{"outcome": outcome}]}, "recommended_fix": fix}
        return {**FINDINGS[0], "description": "d" * length, "affected_assets": assets, **further}

    findings = items.top_findings([texts(10), texts(20), texts(1)], 5)

    counts = [
        len(items.within_characters(findings, budget, items.detail_texts))
        for budget in (59, 60, 179, 180, 186)
    ]
    assert counts == [0, 1, 1, 2, 3]


def test_characters_of_scripts_that_the_font_of_the_pdf_lacks_count_as_four() -> None:
    texts = ("plain", "Größe", "Ελλάδα", "Отчёт", "字", "عم", "👍")

    assert [items.count_characters(text) for text in texts] == [5, 5, 6, 5, 4, 8, 4]


def test_closed_findings_are_left_out() -> None:
    shown = [item["title"] for item in items.top_findings(FINDINGS, 99)]

    assert shown == [row["title"] for row in FINDINGS if row["title"] != "Form fields without a label"]


def test_numbers_of_a_check_have_its_unit() -> None:
    check = {"key": "lcp", "before": 4.1, "after": 1.75, "status": "passed"}

    [shown] = items.fixed_findings([{**FIXED[0], "checks": [check]}], 5)

    [row] = shown["checks"]
    assert (row.before, row.after) == ("4.1 s", "1.75 s")
    assert shown["verified_on"] == "24 November 2026"


@pytest.mark.parametrize(
    ("due", "late"),
    [
        ("2026-11-25T11:59:00Z", "1 hour late"),
        ("2026-11-23T13:00:00Z", "47 hours late"),
        ("2026-11-23T12:00:00Z", "2 days late"),
        ("2026-10-25T12:00:00Z", "31 days late"),
    ],
)
def test_lateness_is_in_hours_then_in_days(due: str, late: str) -> None:
    assert items.lateness(datetime.fromisoformat(due), datetime(2026, 11, 25, 12, tzinfo=UTC)) == late


def test_campaign_has_its_due_date_in_words() -> None:
    listed = [{"name": "A", "due_date": "2026-03-31"}, {"name": "B", "due_date": None}, {"name": "C"}]

    assert [campaign["due_on"] for campaign in items.campaigns(listed, 2)] == ["31 March 2026", ""]
