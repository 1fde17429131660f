from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno

from findings.models import FindingStatus
from krafter_audit.admin.text import status_label
from remediation.models import Task
from reports.presentation import chart, forecast, grades, items, summary
from reports.snapshots.snapshot import DOMAINS, SEVERITIES, Snapshot

MAX_PDF_FINDINGS, MAX_PDF_TASKS, MAX_PDF_FIXED, MAX_PDF_DETAILS = 200, 100, 50, 25
# Characters of the texts in a part of a PDF, as `items.count_characters` counts them. A PDF takes about a second for
# 10,000 of them; more rows are in the other formats.
MAX_PDF_DETAIL_CHARACTERS = 80_000
MAX_PDF_FINDINGS_CHARACTERS, MAX_PDF_FIXED_CHARACTERS = 60_000, 40_000
MAX_PDF_TASKS_CHARACTERS = 20_000  # of the open and of the overdue ones each
MAX_PAGE_FINDINGS, MAX_PAGE_FIXED, MAX_PAGE_OVERDUE = 50, 20, 20
MAX_CAMPAIGNS = 20
TREND_WIDTH, TREND_HEIGHT = 120, 24
ACCENT = "#24507f"
COLOURS = {"critical": "#9b1c31", "high": "#a8420b", "medium": "#b38a12", "low": "#3f5a73"}


@dataclass(frozen=True)
class Bar:
    """A row of a breakdown."""

    key: str
    label: str
    count: int
    share: float  # percent of the longest
    colour: str


@dataclass(frozen=True)
class Trend:
    """The open risk score of a severity or domain over the period."""

    key: str
    label: str
    score: str
    change: str
    tone: str
    points: str  # of an SVG line
    colour: str


def pdf_context(snapshot: Snapshot) -> dict[str, Any]:
    context = common_context(snapshot, fixed=MAX_PDF_FIXED, overdue=MAX_PDF_TASKS)
    context |= {
        "findings": items.top_findings(snapshot.findings, MAX_PDF_FINDINGS),
        "tasks": items.open_tasks(snapshot.tasks, MAX_PDF_TASKS),
        "more_findings": max(count_open_findings(snapshot) - MAX_PDF_FINDINGS, 0),
        "more_tasks": max(count_open_tasks(snapshot) - MAX_PDF_TASKS, 0),
    }
    for name, budget, texts in (
        ("fixed", MAX_PDF_FIXED_CHARACTERS, items.fixed_texts),
        ("overdue", MAX_PDF_TASKS_CHARACTERS, items.task_texts),
        ("findings", MAX_PDF_FINDINGS_CHARACTERS, items.finding_texts),
        ("tasks", MAX_PDF_TASKS_CHARACTERS, items.task_texts),
    ):
        listed = items.within_characters(context[name], budget, texts)
        context[f"more_{name}"] += len(context[name]) - len(listed)
        context[name] = listed
    top = context["findings"][:MAX_PDF_DETAILS]
    details = items.within_characters(top, MAX_PDF_DETAIL_CHARACTERS, items.detail_texts)
    return {
        **context,
        "qr_code": segno.make(snapshot.share_url, error="m").svg_data_uri(border=2),
        "details": details,
        "titles_only": top[len(details) :],
        "chart": chart.data_uri(chart.burn_down(snapshot.burn_down, height=230)),
    }


def page_context(snapshot: Snapshot) -> dict[str, Any]:
    return {
        **common_context(snapshot, fixed=MAX_PAGE_FIXED, overdue=MAX_PAGE_OVERDUE),
        "findings": items.top_findings(snapshot.findings, MAX_PAGE_FINDINGS),
        "more_findings": max(count_open_findings(snapshot) - MAX_PAGE_FINDINGS, 0),
        "charts": charts(snapshot),
    }


def charts(snapshot: Snapshot) -> dict[str, str]:
    """Return the chart for wide and narrow windows, in light and dark colours."""
    sizes = {"wide": (720, 300), "narrow": (400, 280)}
    return {
        f"{size}_{theme}": chart.data_uri(
            chart.burn_down(snapshot.burn_down, width=width, height=height, colours=colours)
        )
        for size, (width, height) in sizes.items()
        for theme, colours in chart.THEMES.items()
    }


def common_context(snapshot: Snapshot, *, fixed: int, overdue: int) -> dict[str, Any]:
    accepted = snapshot.breakdown.get("accepted", {"all": 0, "listed": []})
    return {
        "snapshot": snapshot,
        "period": summary.format_period(snapshot.period_start, snapshot.period_end),
        "summary": summary.executive_summary(snapshot),
        "figures": summary.key_figures(snapshot),
        "grades": grades.grades(snapshot),
        "grades_rule": grades.GRADING_RULE,
        "comparison": summary.compare_periods(snapshot),
        "previous_period": summary.previous_period(snapshot),
        "fixed": items.fixed_findings(snapshot.fixed, fixed),
        "more_fixed": max(snapshot.breakdown["fixed"]["all"] - fixed, 0),
        "overdue": items.overdue_tasks(snapshot.overdue, overdue, now=snapshot.taken_at),
        "more_overdue": max(snapshot.breakdown["overdue"]["all"] - overdue, 0),
        "accepted": items.accepted_risks(accepted["listed"]),
        "more_accepted": accepted["all"] - len(accepted["listed"]),
        "campaigns": items.campaigns(snapshot.campaigns, MAX_CAMPAIGNS),
        "more_campaigns": max(len(snapshot.campaigns) - MAX_CAMPAIGNS, 0),
        "forecast": forecast.describe(snapshot.forecast) if snapshot.forecast else "",
        "chart_description": chart.describe(snapshot.burn_down),
        "days": day_rows(snapshot.burn_down),
        "severities": bars(snapshot.breakdown["open_by_severity"], SEVERITIES),
        "trends": [
            ("Severity", trends(snapshot, "severity", SEVERITIES)),
            ("Domain", trends(snapshot, "domain", DOMAINS)),
        ],
        "domains": bars(snapshot.breakdown["open_by_domain"], DOMAINS),
        "finding_statuses": bars(snapshot.breakdown["findings_by_status"], FindingStatus.values),
        "task_statuses": bars(snapshot.breakdown["tasks_by_status"], Task.Status.values),
    }


def day_rows(series: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "date": str(point["date"]),
            "day": chart.format_day(point["date"]),
            "score": chart.format_number(point["open_risk_score"]),
        }
        for point in series
    ]


def bars(counts: Mapping[str, int], keys: Sequence[str]) -> list[Bar]:
    longest = max((counts.get(key, 0) for key in keys), default=0) or 1
    return [
        Bar(key, status_label(key), count, round(100 * count / longest, 1), COLOURS.get(key, ACCENT))
        for key, count in ((key, counts.get(key, 0)) for key in keys)
    ]


def trends(snapshot: Snapshot, facet: str, keys: Sequence[str]) -> list[Trend]:
    """Return the trend of each key; none for a single day."""
    series = {key: snapshot.trend(facet, key) or [0] * len(snapshot.burn_down) for key in keys}
    if "trends" not in snapshot.breakdown or len(snapshot.burn_down) < 2:
        return []
    highest = max(max(scores) for scores in series.values())
    return [_trend(key, scores, highest) for key, scores in series.items()]


def _trend(key: str, scores: Sequence[int], highest: int) -> Trend:
    change = scores[-1] - scores[0]
    words = f"{'up' if change > 0 else 'down'} {chart.format_number(abs(change))}" if change else "unchanged"
    tone = ("worse" if change > 0 else "better") if change else ""
    line = chart.sparkline(scores, highest, width=TREND_WIDTH, height=TREND_HEIGHT)
    now = chart.format_number(scores[-1])
    return Trend(key, status_label(key), now, words, tone, line, COLOURS.get(key, ACCENT))


def count_open_findings(snapshot: Snapshot) -> int:
    return int(snapshot.summary["open_findings"])


def count_open_tasks(snapshot: Snapshot) -> int:
    return sum(count for status, count in snapshot.breakdown["tasks_by_status"].items() if status != "done")
