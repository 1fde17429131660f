"""Contexts of the shared page and the PDF."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.template.loader import render_to_string

from reports.presentation import template_context
from reports.presentation.template_context import page_context, pdf_context, trends
from reports.snapshots.snapshot import DOMAINS, SEVERITIES, Snapshot
from tests.unit.reports.sample_snapshot import FINDINGS, FIXED, OVERDUE, TASKS, snapshot

SHARE = {"token": "t", "expires_at": None}  # what the shared page adds to its context
# Rows of which each has texts as long as they may be.
LISTED_OF_WORST = {
    "a": {"findings": 100, "tasks": 55, "fixed": 8, "overdue": 66},
    "字": {"findings": 25, "tasks": 13, "fixed": 2, "overdue": 16},
}


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


@pytest.mark.parametrize(
    ("template", "context"), [("reports/shared.html", page_context), ("reports/pdf.html", pdf_context)]
)
def test_report_says_how_many_campaigns_it_leaves_out(
    template: str, context: Callable[[Snapshot], dict[str, Any]]
) -> None:
    listed = [{"name": f"Campaign {number}", "due_date": None} for number in range(23)]

    some, all_of_them = [
        render_to_string(template, {**SHARE, **context(snapshot(campaigns=listed[:number]))})
        for number in (23, 20)
    ]

    assert ("3 more campaigns are not shown." in some, "more campaign" in all_of_them) == (True, False)


def test_pdf_lists_the_first_findings_and_refers_to_the_other_exports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(template_context, "MAX_PDF_FINDINGS", 2)

    page = render_to_string("reports/pdf.html", pdf_context(snapshot()))

    text = " ".join(page.split())
    assert "The first 2 of 6 open findings" in text
    assert "4 more open findings are in the JSON and CSV exports." in text
    assert [item["title"] in text for item in FINDINGS[:3]] == [True, True, False]


@pytest.mark.parametrize("template", ["pdf", "shared"])
def test_numbers_of_a_large_report_have_their_thousands_apart(template: str) -> None:
    large = replace(
        snapshot(),
        summary={**snapshot().summary, "open_findings": 1014},
        breakdown={**snapshot().breakdown, "open_by_severity": {"low": 1014}},
    )
    context = {"pdf": pdf_context, "shared": page_context}[template](large) | {"more_findings": 1000}

    text = render_to_string(f"reports/{template}.html", {**SHARE, **context})

    assert '<td class="number">1,014</td>' in text
    assert "1,000 more open findings are" in text


def test_pdf_has_titles_alone_of_findings_after_the_characters_of_the_details() -> None:
    long = [{**FINDINGS[0], "title": f"Finding {number}", "description": "d" * 4000} for number in range(30)]

    context = pdf_context(snapshot(findings=long))
    page = render_to_string("reports/pdf.html", context)

    shown, titles = ([item["title"] for item in context[name]] for name in ("details", "titles_only"))
    assert (shown, titles) == (
        [f"Finding {number}" for number in range(19)],
        [f"Finding {number}" for number in range(19, 25)],
    )
    assert (
        "The details of 6 more findings are too long for this file and are in the JSON and CSV exports:"
        in page
    )
    assert pdf_context(snapshot())["titles_only"] == []


@pytest.mark.parametrize("character", ["a", "字"])
def test_lists_of_the_pdf_have_a_limited_number_of_characters_and_say_what_is_left_out(
    character: str,
) -> None:
    title, fix = character * 300, {"summary": character * 5000, "steps": [], "references": []}
    check = {"key": character * 100, "before": character * 900, "after": character * 900, "status": "passed"}
    worst = snapshot(
        findings=[{**FINDINGS[0], "title": title, "recommended_fix": fix}] * 200,
        tasks=[{**TASKS[0], "title": title, "external_ticket_key": character * 255}] * 100,
        fixed=[{**FIXED[0], "title": title, "checks": [check] * 40}] * 100,
        overdue=[{**OVERDUE[0], "title": title}] * 100,
    )

    context = pdf_context(worst)

    names = ("findings", "tasks", "fixed", "overdue")
    assert {name: len(context[name]) for name in names} == LISTED_OF_WORST[character]
    reference = pdf_context(replace(worst, findings=[], tasks=[], fixed=[], overdue=[]))
    limits = {"findings": 200, "tasks": 100, "fixed": 50, "overdue": 100}
    for name, limit in limits.items():
        assert context[f"more_{name}"] == reference[f"more_{name}"] + limit - len(context[name])
