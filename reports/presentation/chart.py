"""The burn-down as a picture: one SVG without script, style or font, the same on the page and in the PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string

LEFT, RIGHT, TOP, BOTTOM = 52, 20, 30, 34
MOST_DOTS = 31


@dataclass(frozen=True)
class Mark:
    """A place in the picture with the words that belong to it."""

    x: float
    y: float
    label: str
    anchor: str = "middle"


def scale_of(highest: float) -> tuple[float, float]:
    """Return (top of the axis, step between its lines): three to six round steps above the highest value."""
    rough = max(highest, 4) / 4
    magnitude = 10 ** floor(log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough)
    return step * max(ceil(highest / step), 1), step


def number(value: float) -> str:
    """Write 1250.0 as `1,250` and 12.5 as `12.5`."""
    return f"{round(value, 1):,.1f}".removesuffix(".0")


def day(value: date) -> str:
    """Write a day as `25 Nov`."""
    return f"{value.day} {value:%b}"


def describe(series: Sequence[Mapping[str, Any]]) -> str:
    """Say in one sentence what the picture shows, for people who do not see it."""
    first, last = series[0], series[-1]
    change = last["open_risk_score"] - first["open_risk_score"]
    went = "stayed level" if change == 0 else f"{'rose' if change > 0 else 'fell'} by {number(abs(change))}"
    return (
        f"The open risk score {went}, from {number(first['open_risk_score'])} on {long_day(first)} "
        f"to {number(last['open_risk_score'])} on {long_day(last)}."
    )


def long_day(point: Mapping[str, Any]) -> str:
    """Write the point's day as `25 November 2026`."""
    when = date.fromisoformat(str(point["date"]))
    return f"{when.day} {when:%B %Y}"


def burn_down(series: Sequence[Mapping[str, Any]], *, width: int = 720, height: int = 300) -> str:
    """Draw days, oldest first, each `{"date": "2026-11-25", "open_risk_score": 210}`, as an SVG document."""
    top, step = scale_of(max(float(point["open_risk_score"]) for point in series))
    right, floor_y = width - RIGHT, height - BOTTOM
    stride = (right - LEFT) / max(len(series) - 1, 1)

    def height_of(score: float) -> float:
        return round(floor_y - score / top * (floor_y - TOP), 1)

    dots = [
        Mark(round(LEFT + index * stride, 1), height_of(float(point["open_risk_score"])),
             number(point["open_risk_score"]))
        for index, point in enumerate(series)
    ]  # fmt: skip
    steps = [step * index for index in range(round(top / step) + 1)]
    context = {
        "width": width,
        "height": height,
        "left": LEFT,
        "right": right,
        "floor": floor_y,
        "title": "Open risk score by day",
        "description": describe(series),
        "lines": [Mark(LEFT - 10, height_of(value), number(value), "end") for value in steps],
        "end": dots[-1].x,
        "line": " ".join(f"{dot.x},{dot.y}" for dot in dots),
        "dots": dots if len(dots) <= MOST_DOTS else dots[-1:],
        "values": values_beside(dots),
        "days": days_below(series, dots, room=width),
    }
    return render_to_string("reports/burn_down.svg", context)


def values_beside(dots: Sequence[Mark]) -> list[Mark]:
    """Choose the points whose number is written: all of a short series, first and last of a long one."""
    chosen = dots if len(dots) <= 10 else [dots[0], dots[-1]]
    return [Mark(dot.x, round(dot.y - 10, 1), dot.label, side(dot, dots)) for dot in chosen]


def side(dot: Mark, dots: Sequence[Mark]) -> str:
    """Keep the words of the first and the last point inside the picture."""
    if dot is dots[-1] and len(dots) > 1:
        return "end"
    return "start" if dot is dots[0] else "middle"


def days_below(series: Sequence[Mapping[str, Any]], dots: Sequence[Mark], *, room: int) -> list[Mark]:
    """Write as many days under the axis as there is room for, counted back from the last."""
    every = ceil(len(dots) / max(room // 72, 1))
    marks = []
    for index in range(len(dots) - 1, -1, -every):
        when = date.fromisoformat(str(series[index]["date"]))
        marks.append(Mark(dots[index].x, 0, day(when), side(dots[index], dots)))
    return list(reversed(marks))


def data_uri(svg: str) -> str:
    """Return the SVG as an address that an `img` can carry without a second request."""
    return "data:image/svg+xml," + quote(svg)
