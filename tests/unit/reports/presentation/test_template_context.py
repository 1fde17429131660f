"""Contexts of the shared page and the PDF."""

from reports.presentation.template_context import trends
from reports.snapshots.snapshot import DOMAINS, SEVERITIES
from tests.unit.reports.sample_snapshot import snapshot


def test_trend_says_by_how_much_the_risk_of_a_domain_changed() -> None:
    rows = trends(snapshot(), "domain", DOMAINS)

    assert [(row.label, row.score, row.change, row.tone) for row in rows] == [
        ("Security", "334", "down 186", "better"),
        ("Performance", "0", "unchanged", ""),
        ("Accessibility", "0", "unchanged", ""),
        ("SEO", "0", "unchanged", ""),
    ]


def test_lines_of_all_severities_have_one_scale() -> None:
    critical, high, *_ = trends(snapshot(), "severity", SEVERITIES)

    heights = [[float(point.split(",")[1]) for point in row.points.split()] for row in (critical, high)]
    assert min(heights[0]) == 2  # the highest score is at the top
    assert set(heights[1]) == {22}


def test_a_report_of_one_day_has_no_trend() -> None:
    assert trends(snapshot(scores=[334]), "domain", DOMAINS) == []


def test_a_report_without_the_scores_by_domain_has_no_trend() -> None:
    taken = snapshot()
    breakdown = {name: value for name, value in taken.breakdown.items() if name != "trends"}

    assert trends(snapshot(breakdown=breakdown), "domain", DOMAINS) == []
