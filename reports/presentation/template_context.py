"""Template contexts of the PDF and the shared page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from reports.presentation import chart
from reports.snapshots.snapshot import (
    DOMAINS,
    FINDING_STATUSES,
    OPEN_STATUSES,
    SEVERITIES,
    TASK_STATUSES,
    Item,
    Snapshot,
)

MAX_PDF_FINDINGS, MAX_PDF_TASKS, MAX_PAGE_FINDINGS = 200, 100, 20
ACCENT = "#24507f"
COLOURS = {"critical": "#9b1c31", "high": "#a8420b", "medium": "#b38a12", "low": "#3f5a73"}
LABELS = {"seo": "SEO", "ready_verify": "Ready to verify", "in_progress": "In progress"}


@dataclass(frozen=True)
class KeyFigure:
    """A number of the summary, and a note that explains it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True)
class Bar:
    """A row of a breakdown; `share` is its length in percent of the longest."""

    key: str
    label: str
    count: int
    share: float
    colour: str


def pdf_context(snapshot: Snapshot) -> dict[str, Any]:
    return {
        **common_context(snapshot),
        "findings": top_findings(snapshot.findings, MAX_PDF_FINDINGS),
        "tasks": open_tasks(snapshot.tasks, MAX_PDF_TASKS),
        "chart": chart.data_uri(chart.burn_down(snapshot.burn_down, height=230)),
        "more_findings": max(count_open_findings(snapshot) - MAX_PDF_FINDINGS, 0),
        "more_tasks": max(count_open_tasks(snapshot) - MAX_PDF_TASKS, 0),
    }


def page_context(snapshot: Snapshot) -> dict[str, Any]:
    return {
        **common_context(snapshot),
        "findings": top_findings(snapshot.findings, MAX_PAGE_FINDINGS),
        "more_findings": max(count_open_findings(snapshot) - MAX_PAGE_FINDINGS, 0),
    }


def common_context(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "snapshot": snapshot,
        "period": format_period(snapshot.period_start, snapshot.period_end),
        "figures": key_figures(snapshot),
        "chart": chart.data_uri(chart.burn_down(snapshot.burn_down)),
        "narrow_chart": chart.data_uri(chart.burn_down(snapshot.burn_down, width=400, height=280)),
        "chart_description": chart.describe(snapshot.burn_down),
        "days": day_rows(snapshot.burn_down),
        "severities": bars(snapshot.breakdown["open_by_severity"], SEVERITIES),
        "domains": bars(snapshot.breakdown["open_by_domain"], DOMAINS),
        "finding_statuses": bars(snapshot.breakdown["findings_by_status"], FINDING_STATUSES),
        "task_statuses": bars(snapshot.breakdown["tasks_by_status"], TASK_STATUSES),
    }


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
            "Regression rate", format_rate(summary["regression_rate"]), "of closed findings have regressed"
        ),
    ]


def format_change(series: Sequence[Mapping[str, Any]]) -> str:
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


def day_rows(series: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "date": str(point["date"]),
            "day": chart.format_long_date(point),
            "score": chart.format_number(point["open_risk_score"]),
        }
        for point in series
    ]


def label(key: str) -> str:
    return LABELS.get(key, key.capitalize())


def bars(counts: Mapping[str, int], keys: Sequence[str]) -> list[Bar]:
    longest = max((counts.get(key, 0) for key in keys), default=0) or 1
    return [
        Bar(key, label(key), count, round(100 * count / longest, 1), COLOURS.get(key, ACCENT))
        for key, count in ((key, counts.get(key, 0)) for key in keys)
    ]


def top_findings(findings: Iterable[Item], limit: int) -> list[Item]:
    # A snapshot is ordered by score.
    still_open = (item for item in findings if item["status"] in OPEN_STATUSES)
    return [with_labels(item) for item in islice(still_open, limit)]


def open_tasks(tasks: Iterable[Item], limit: int) -> list[Item]:
    return [with_labels(item) for item in islice((task for task in tasks if task["status"] != "done"), limit)]


def with_labels(item: Item) -> Item:
    labels = {
        f"{key}_label": label(str(item[key])) for key in ("status", "severity", "domain") if key in item
    }
    priority = item.get("priority")
    if isinstance(priority, str):
        return {**item, **labels, "priority_label": label(priority)}
    fix = (item.get("recommended_fix") or {}).get("summary", "")
    return {**item, **labels, "score": chart.format_number((priority or {}).get("score", 0)), "fix": fix}


def count_open_findings(snapshot: Snapshot) -> int:
    return int(snapshot.summary["open_findings"])


def count_open_tasks(snapshot: Snapshot) -> int:
    return sum(count for status, count in snapshot.breakdown["tasks_by_status"].items() if status != "done")
