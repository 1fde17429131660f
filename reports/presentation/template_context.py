"""How a snapshot reads on paper and on the shared page: numbers with their words, bars, the chosen items."""

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

PRINTED_FINDINGS, PRINTED_TASKS, SHOWN_FINDINGS = 200, 100, 20
ACCENT = "#24507f"
COLOURS = {"critical": "#9b1c31", "high": "#a8420b", "medium": "#b38a12", "low": "#3f5a73"}
WORDS = {"seo": "SEO", "ready_verify": "Ready to verify", "in_progress": "In progress"}


@dataclass(frozen=True)
class Figure:
    """One number of the summary: what it is called, the number, and what it means."""

    name: str
    value: str
    note: str


@dataclass(frozen=True)
class Bar:
    """One row of a breakdown. `share` is the length of the bar in percent of the longest."""

    key: str
    label: str
    count: int
    share: float
    colour: str


def printed(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the PDF's template needs."""
    return {
        **shared(snapshot),
        "findings": pressing(snapshot.findings, PRINTED_FINDINGS),
        "tasks": unfinished(snapshot.tasks, PRINTED_TASKS),
        "chart": chart.data_uri(chart.burn_down(snapshot.burn_down, height=230)),
        "more_findings": max(open_findings(snapshot) - PRINTED_FINDINGS, 0),
        "more_tasks": max(open_tasks(snapshot) - PRINTED_TASKS, 0),
    }


def shared(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the shared page and the PDF have in common."""
    return {
        "snapshot": snapshot,
        "period": period(snapshot.period_start, snapshot.period_end),
        "figures": figures(snapshot),
        "chart": chart.data_uri(chart.burn_down(snapshot.burn_down)),
        "narrow_chart": chart.data_uri(chart.burn_down(snapshot.burn_down, width=400, height=280)),
        "chart_words": chart.describe(snapshot.burn_down),
        "days": days(snapshot.burn_down),
        "severities": bars(snapshot.breakdown["open_by_severity"], SEVERITIES),
        "domains": bars(snapshot.breakdown["open_by_domain"], DOMAINS),
        "finding_statuses": bars(snapshot.breakdown["findings_by_status"], FINDING_STATUSES),
        "task_statuses": bars(snapshot.breakdown["tasks_by_status"], TASK_STATUSES),
    }


def on_the_page(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the shared page's template needs."""
    return {
        **shared(snapshot),
        "findings": pressing(snapshot.findings, SHOWN_FINDINGS),
        "more_findings": max(open_findings(snapshot) - SHOWN_FINDINGS, 0),
    }


def figures(snapshot: Snapshot) -> list[Figure]:
    """Return the four numbers that a reader looks for first."""
    summary, series = snapshot.summary, snapshot.burn_down
    risk = series[-1]["open_risk_score"]
    return [
        Figure("Open findings", chart.number(summary["open_findings"]), "not yet resolved or dismissed"),
        Figure("Open risk score", chart.number(risk), change(series)),
        Figure("Verification pass rate", percent(summary["verification_pass_rate"]), "of all verifications"),
        Figure("Regression rate", percent(summary["regression_rate"]), "of closed findings have come back"),
    ]


def change(series: Sequence[Mapping[str, Any]]) -> str:
    """Say how the risk moved over the period."""
    moved = series[-1]["open_risk_score"] - series[0]["open_risk_score"]
    if not moved:
        return "unchanged over the period"
    return f"{'up' if moved > 0 else 'down'} {chart.number(abs(moved))} over the period"


def percent(rate: float) -> str:
    """Write 0.84 as `84 %`."""
    return f"{round(rate * 100)} %"


def period(start: date, end: date) -> str:
    """Write two days as `19 November to 25 November 2026`."""
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start.day} {start:%B}{year} to {end.day} {end:%B} {end.year}"


def days(series: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the table that says what the picture shows."""
    return [
        {"date": str(p["date"]), "day": chart.long_day(p), "score": chart.number(p["open_risk_score"])}
        for p in series
    ]  # fmt: skip


def word(key: str) -> str:
    """Write a key of the API as a word."""
    return WORDS.get(key, key.capitalize())


def bars(counts: Mapping[str, int], keys: Sequence[str]) -> list[Bar]:
    """Return one row a key, in the given order, also where nothing was counted."""
    longest = max((counts.get(key, 0) for key in keys), default=0) or 1
    return [
        Bar(key, word(key), count, round(100 * count / longest, 1), COLOURS.get(key, ACCENT))
        for key, count in ((key, counts.get(key, 0)) for key in keys)
    ]


def pressing(findings: Iterable[Item], most: int) -> list[Item]:
    """Choose the first open findings: the lists are ordered by score already."""
    chosen = islice((item for item in findings if item["status"] in OPEN_STATUSES), most)
    return [in_words(item) for item in chosen]


def unfinished(tasks: Iterable[Item], most: int) -> list[Item]:
    """Choose the first tasks that are not done."""
    return [in_words(item) for item in islice((task for task in tasks if task["status"] != "done"), most)]


def in_words(item: Item) -> Item:
    """Add the words that a reader sees to the item's keys."""
    spoken = {f"{key}_word": word(str(item[key])) for key in ("status", "severity", "domain") if key in item}
    priority = item.get("priority")
    if isinstance(priority, str):
        return {**item, **spoken, "priority_word": word(priority)}
    fix = (item.get("recommended_fix") or {}).get("summary", "")
    return {**item, **spoken, "score": chart.number((priority or {}).get("score", 0)), "fix": fix}


def open_findings(snapshot: Snapshot) -> int:
    """Count the open findings as they were."""
    return int(snapshot.summary["open_findings"])


def open_tasks(snapshot: Snapshot) -> int:
    """Count the tasks that were not done."""
    return sum(count for status, count in snapshot.breakdown["tasks_by_status"].items() if status != "done")
