"""The summary in words and the comparison with the previous period."""

from datetime import timedelta
from typing import Any

import pytest

from reports.presentation.summary import compare_periods, executive_summary, key_figures
from tests.unit.reports.sample_snapshot import TODAY, snapshot


def breakdown(**changes: Any) -> dict[str, Any]:
    return {**snapshot().breakdown, **changes}


def test_executive_summary_names_findings_risk_fixes_and_overdue_tasks() -> None:
    assert executive_summary(snapshot()) == (
        "Production website has 6 open findings, 1 critical and 2 high. The open risk score fell by 186 to 334. "
        "In this period 1 finding was fixed and verified; 1 task is overdue."
    )


def test_executive_summary_of_a_project_without_findings() -> None:
    nothing = {"all": 0, "in_period": 0}
    content = snapshot(findings=[], scores=[0] * 7, breakdown=breakdown(fixed=nothing, overdue=nothing))

    assert executive_summary(content) == (
        "Production website has no open findings. The open risk score is unchanged at 0. "
        "In this period no findings were fixed and verified; no task is overdue."
    )


def test_regression_rate_is_open_regressions_to_closed_findings() -> None:
    rate = key_figures(snapshot())[-1]

    # More than 100 % if findings came back more often than others were closed.
    assert (rate.value, rate.note) == ("12 %", "open regressions to closed findings")


def test_series_begins_with_the_first_scan() -> None:
    content = snapshot(scores=[0, 0, 0, 0, 0, 0, 964], first_day=TODAY)

    assert [day["date"] for day in content.burn_down] == ["2026-11-25"]
    assert "The open risk score is 964." in executive_summary(content)


def test_periods_are_compared_number_by_number() -> None:
    rows = [
        (row.name, row.current, row.previous, row.change, row.tone) for row in compare_periods(snapshot())
    ]

    assert rows == [
        ("New findings", "2", "5", "3 fewer", "better"),
        ("Findings fixed and verified", "1", "0", "1 more", "better"),
        ("Regressions", "0", "0", "the same", ""),
        ("Open risk score at the end", "334", "540", "206 lower", "better"),
    ]


@pytest.mark.parametrize("first_day", [None, TODAY, TODAY - timedelta(days=6)])
def test_there_is_no_comparison_before_the_first_scan(first_day: Any) -> None:
    assert compare_periods(snapshot(first_day=first_day)) == []
