from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import pluralize

from reports.presentation.chart import format_day
from reports.presentation.summary import format_rate


def describe(forecast: Mapping[str, Any]) -> str:
    if forecast["status"] == "none_open":
        return "No critical finding is open."
    if forecast["status"] == "not_enough_history":
        return (
            "Not enough history for a forecast of when no critical finding is open: it needs four weeks in which five"
            " were closed."
        )
    basis, (likely, almost_sure) = forecast["basis"], forecast["ranges"]
    return (
        f"At the speed of the last {basis['days']} day{pluralize(basis['days'])}"
        f" (critical findings: {basis['opened']:,} opened,"
        f" {basis['closed']:,} closed), the day on which none is open is {_range(likely)}"
        f" with a probability of {_percent(likely)}, and {_range(almost_sure)} with {_percent(almost_sure)}."
    )


def _percent(likely: Mapping[str, Any]) -> str:
    return format_rate(likely["probability"]).replace(" ", "\N{NO-BREAK SPACE}")


def _range(dates: Mapping[str, Any]) -> str:
    if dates["earliest"] is None:
        return "more than a year from now"
    if dates["latest"] is None:
        return f"between {format_day(dates['earliest'])} and more than a year from now"
    if dates["earliest"] == dates["latest"]:
        return format_day(dates["earliest"])
    return f"between {format_day(dates['earliest'])} and {format_day(dates['latest'])}"
