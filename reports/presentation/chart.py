"""The burn-down chart as SVG, without script, style or font, for page and PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string

LEFT, RIGHT, TOP, BOTTOM = 52, 20, 30, 34
MAX_DOTS = 31  # of a longer series only the last day has a dot
MAX_VALUE_LABELS = 10
DAY_LABEL_WIDTH = 72  # units of the SVG
LIGHT = {
    "grid": "#dfe4ec",
    "label": "#5a6578",
    "axis": "#8792a5",
    "line": "#24507f",
    "dot": "#ffffff",
    "value": "#17212f",
}
DARK = {
    "grid": "#2b3746",
    "label": "#a9b5c6",
    "axis": "#5b6a7f",
    "line": "#7fb2e6",
    "dot": "#17202b",
    "value": "#e8edf4",
}
THEMES = {"light": LIGHT, "dark": DARK}


@dataclass(frozen=True)
class ChartLabel:
    x: float
    y: float
    label: str
    anchor: str = "middle"


def axis_scale(highest: float) -> tuple[float, float]:
    """Return (top of the axis, step between its lines) in round numbers, for three to six steps."""
    rough = max(highest, 4) / 4
    magnitude = 10 ** floor(log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough)
    return step * max(ceil(highest / step), 1), step


def format_number(value: float) -> str:
    """Format 1250.0 as `1,250` and 12.5 as `12.5`."""
    return f"{round(value, 1):,.1f}".removesuffix(".0")


def format_short_date(value: date) -> str:
    return f"{value.day} {value:%b}"


def format_day(text: Any) -> str:
    """Format the day of a date or time in ISO 8601 as `25 November 2026`; empty without one."""
    if not text:
        return ""
    day = date.fromisoformat(str(text)[:10])
    return f"{day.day} {day:%B %Y}"


def describe(series: Sequence[Mapping[str, Any]]) -> str:
    """Describe the chart in one sentence, as its text alternative."""
    first, last = series[0], series[-1]
    if len(series) == 1:
        return (
            f"The open risk score is {format_number(last['open_risk_score'])} on {format_day(last['date'])}."
        )
    change = last["open_risk_score"] - first["open_risk_score"]
    verb = "rose" if change > 0 else "fell"
    trend = f"{verb} by {format_number(abs(change))}" if change else "did not change"
    return (
        f"The open risk score {trend}, from {format_number(first['open_risk_score'])} on {format_day(first['date'])} "
        f"to {format_number(last['open_risk_score'])} on {format_day(last['date'])}."
    )


def burn_down(
    series: Sequence[Mapping[str, Any]],
    *,
    width: int = 720,
    height: int = 300,
    template: str = "reports/burn_down.svg",
    colours: Mapping[str, str] = LIGHT,
) -> str:
    """Draw days, oldest first, each `{"date": "2026-11-25", "open_risk_score": 210}`, as SVG."""
    top, step = axis_scale(max(float(point["open_risk_score"]) for point in series))
    right, floor_y = width - RIGHT, height - BOTTOM
    stride = (right - LEFT) / max(len(series) - 1, 1)

    def height_of(score: float) -> float:
        return round(floor_y - score / top * (floor_y - TOP), 1)

    dots = [
        ChartLabel(round(LEFT + index * stride, 1), height_of(score), format_number(score))
        for index, score in enumerate(float(point["open_risk_score"]) for point in series)
    ]
    context = {
        "width": width,
        "height": height,
        "left": LEFT,
        "right": right,
        "floor": floor_y,
        "colours": colours,
        "title": "Open risk score by day",
        "description": describe(series),
        "lines": [
            ChartLabel(LEFT - 10, height_of(step * index), format_number(step * index), "end")
            for index in range(round(top / step) + 1)
        ],
        "end": dots[-1].x,
        "line": " ".join(f"{dot.x},{dot.y}" for dot in dots),
        "dots": dots if len(dots) <= MAX_DOTS else dots[-1:],
        "values": value_labels(dots),
        "days": day_labels(series, dots, width=width),
    }
    return render_to_string(template, context)


def sparkline(scores: Sequence[float], highest: float, *, width: int, height: int) -> str:
    """Return the points of a line through the scores, two units from the edges; zero is at the bottom."""
    stride = (width - 4) / max(len(scores) - 1, 1)
    scale = (height - 4) / (highest or 1)
    return " ".join(
        f"{round(2 + index * stride, 1)},{round(height - 2 - score * scale, 1)}"
        for index, score in enumerate(scores)
    )


def value_labels(dots: Sequence[ChartLabel]) -> list[ChartLabel]:
    # All points of a short series; of a long one the first and the last, since labels would overlap.
    labelled = dots if len(dots) <= MAX_VALUE_LABELS else [dots[0], dots[-1]]
    return [ChartLabel(dot.x, round(dot.y - 10, 1), dot.label, text_anchor(dot, dots)) for dot in labelled]


def text_anchor(dot: ChartLabel, dots: Sequence[ChartLabel]) -> str:
    # The first and the last label stay inside the chart.
    if dot is dots[-1] and len(dots) > 1:
        return "end"
    return "start" if dot is dots[0] else "middle"


def day_labels(
    series: Sequence[Mapping[str, Any]], dots: Sequence[ChartLabel], *, width: int
) -> list[ChartLabel]:
    # As many days as fit, counted from the last one, which is always labelled.
    every = ceil(len(dots) / max(width // DAY_LABEL_WIDTH, 1))
    labels = []
    for index in range(len(dots) - 1, -1, -every):
        when = date.fromisoformat(str(series[index]["date"]))
        labels.append(ChartLabel(dots[index].x, 0, format_short_date(when), text_anchor(dots[index], dots)))
    return list(reversed(labels))


def data_uri(svg: str) -> str:
    # An img runs no script and loads nothing, whatever the SVG contains.
    return "data:image/svg+xml," + quote(svg)
