from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.defaultfilters import pluralize

from reports import queries
from reports.presentation import chart
from reports.queries import Period
from reports.snapshots.snapshot import ACTIVITY, SEVERITIES, Snapshot

ACTIVITY_LABELS = {
    "new_findings": "New findings",
    "fixed": "Findings fixed and verified",
    "regressions": "Regressions",
    "open_risk_score": "Open risk score at the end",
}
MORE_IS_BETTER = {"fixed"}


@dataclass(frozen=True)
class KeyFigure:
    """A number of the summary with a note."""

    name: str
    value: str
    note: str


@dataclass(frozen=True)
class ComparisonRow:
    """A number of the period and of the previous one."""

    name: str
    current: str
    previous: str
    change: str
    tone: str  # better, worse or empty


def key_figures(snapshot: Snapshot) -> list[KeyFigure]:
    summary, series = snapshot.summary, snapshot.burn_down
    risk = chart.format_number(series[-1]["open_risk_score"])
    return [
        KeyFigure(
            "Open findings", chart.format_number(summary["open_findings"]), "not resolved or dismissed"
        ),
        KeyFigure("Open risk score", risk, format_change(series)),
        KeyFigure(
            "Verification pass rate", format_rate(summary["verification_pass_rate"]), "of all verifications"
        ),
        KeyFigure(
            "Regression rate", format_rate(summary["regression_rate"]), "open regressions to closed findings"
        ),
    ]


def executive_summary(snapshot: Snapshot) -> str:
    """Summarise the report in a few sentences."""
    return " ".join([_open_sentence(snapshot), _risk_sentence(snapshot), _work_sentence(snapshot)])


def _open_sentence(snapshot: Snapshot) -> str:
    number = int(snapshot.summary["open_findings"])
    if not number:
        return f"{snapshot.project} has no open findings."
    counts = snapshot.breakdown["open_by_severity"]
    urgent = [f"{counts[severity]:,} {severity}" for severity in SEVERITIES[:2] if counts.get(severity)]
    worst = f", {' and '.join(urgent)}" if urgent else ", none critical or high"
    return f"{snapshot.project} has {_count(number, 'open finding')}{worst}."


def _risk_sentence(snapshot: Snapshot) -> str:
    series = snapshot.burn_down
    risk = chart.format_number(series[-1]["open_risk_score"])
    if len(series) == 1:
        return f"The open risk score is {risk}."
    change = series[-1]["open_risk_score"] - series[0]["open_risk_score"]
    if not change:
        return f"The open risk score is unchanged at {risk}."
    verb = "rose" if change > 0 else "fell"
    return f"The open risk score {verb} by {chart.format_number(abs(change))} to {risk}."


def _work_sentence(snapshot: Snapshot) -> str:
    fixed, overdue = snapshot.breakdown["fixed"]["in_period"], snapshot.breakdown["overdue"]["all"]
    was, are = pluralize(fixed, "was,were"), pluralize(overdue, "is,are")
    late = f"{_count(overdue, 'task')} {are} overdue" if overdue else "no task is overdue"
    return f"In this period {_count(fixed, 'finding')} {was} fixed and verified; {late}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{pluralize(number)}" if number else f"no {noun}s"


def compare_periods(snapshot: Snapshot) -> list[ComparisonRow]:
    """Compare with the previous period, unless it ended before the first scan."""
    if snapshot.first_day is None or snapshot.first_day >= snapshot.period_start:
        return []
    current, previous = snapshot.breakdown["activity"], snapshot.breakdown["previous_activity"]
    return [_comparison(name, current[name], previous[name]) for name in ACTIVITY]


def _comparison(name: str, current: int, previous: int) -> ComparisonRow:
    change = current - previous
    tone = "better" if (change > 0) == (name in MORE_IS_BETTER) else "worse"
    words = f"{chart.format_number(abs(change))} {'more' if change > 0 else 'fewer'}"
    if name == "open_risk_score":
        words = f"{chart.format_number(abs(change))} {'higher' if change > 0 else 'lower'}"
    return ComparisonRow(
        ACTIVITY_LABELS[name],
        chart.format_number(current),
        chart.format_number(previous),
        words if change else "the same",
        tone if change else "",
    )


def previous_period(snapshot: Snapshot) -> str:
    period = queries.previous_period(Period(snapshot.period_start, snapshot.period_end))
    return format_period(period.start, period.end)


def format_change(series: Sequence[Mapping[str, Any]]) -> str:
    if len(series) == 1:
        return "sum of the scores of open findings"
    change = series[-1]["open_risk_score"] - series[0]["open_risk_score"]
    if not change:
        return "unchanged over the period"
    return f"{'up' if change > 0 else 'down'} {chart.format_number(abs(change))} over the period"


def format_rate(rate: float) -> str:
    """Format 0.84 as `84 %`."""
    return f"{round(rate * 100)} %"


def format_period(start: date, end: date) -> str:
    """Format two days as `19 November to 25 November 2026`."""
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start.day} {start:%B}{year} to {end.day} {end:%B} {end.year}"
