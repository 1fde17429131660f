from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone

from events.totals import counters
from events.totals.counters import RiskChange
from findings.models import Severity
from reports.forecast import simulation
from reports.forecast.simulation import MAX_WEEKS, WEEK, DailyFlow

type Status = Literal["forecast", "not_enough_history", "none_open"]


@dataclass(frozen=True)
class ForecastRange:
    """The dates between which the last critical finding is closed; None is after the horizon."""

    probability: float
    earliest: date | None
    latest: date | None


@dataclass(frozen=True)
class Forecast:
    """When no critical finding is open."""

    status: Status
    open_critical: int
    days: int  # of history that the simulation uses
    opened: int  # in these days
    closed: int  # in these days
    ranges: tuple[ForecastRange, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the forecast in the API's JSON types."""
        return {
            "status": self.status,
            "open_critical": self.open_critical,
            "horizon_days": simulation.HORIZON,
            "basis": {"days": self.days, "opened": self.opened, "closed": self.closed},
            "ranges": [
                {
                    "probability": each.probability,
                    "earliest": each.earliest and each.earliest.isoformat(),
                    "latest": each.latest and each.latest.isoformat(),
                }
                for each in self.ranges
            ],
        }


def critical_forecast(project_ids: Collection[UUID]) -> Forecast:
    """Forecast when no critical finding of the projects is open, from the last 13 weeks' whole days."""
    today = timezone.now().date()
    start = today - timedelta(days=MAX_WEEKS * WEEK)
    return forecast_from(counters.recent_risk_changes(project_ids, Severity.CRITICAL, start, today))


def forecast_from(changes: Iterable[RiskChange]) -> Forecast:
    """Forecast when no critical finding is open, from all changes of the open risk."""
    today = timezone.now().date()
    changes = [change for change in changes if change.severity == Severity.CRITICAL]
    still_open, flows = sum(change.findings for change in changes), _daily_flows(changes, today)
    status: Status = "forecast" if simulation.has_enough_history(flows) else "not_enough_history"
    forecast = Forecast(
        status if still_open else "none_open",
        still_open,
        days=len(flows),
        opened=sum(flow.opened for flow in flows),
        closed=sum(flow.closed for flow in flows),
    )
    return _with_ranges(forecast, flows, today) if forecast.status == "forecast" else forecast


def _with_ranges(forecast: Forecast, flows: tuple[DailyFlow, ...], today: date) -> Forecast:
    # Everybody who reads it on this day sees the same dates.
    ranges = simulation.forecast(flows, forecast.open_critical, seed=today.toordinal())

    def after(days: int | None) -> date | None:
        return None if days is None else today + timedelta(days=days)

    dated = (ForecastRange(each.probability, after(each.earliest), after(each.latest)) for each in ranges)
    return replace(forecast, ranges=tuple(dated))


def _daily_flows(changes: Sequence[RiskChange], today: date) -> tuple[DailyFlow, ...]:
    """Return the days before today since a critical finding was first open, at most 13 weeks."""
    first = min((change.day for change in changes), default=today)
    by_day: dict[date, list[RiskChange]] = {}
    for change in changes:
        by_day.setdefault(change.day, []).append(change)
    # The first scan of a site finds what has been there for long: it says nothing about what comes.
    start = max(today - timedelta(days=MAX_WEEKS * WEEK), first + timedelta(days=1))
    return tuple(_flow(by_day.get(day, ())) for day in _days(start, today - timedelta(days=1)))


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def _flow(changes: Sequence[RiskChange]) -> DailyFlow:
    # A severity that is raised to critical opens one, and one that is lowered closes it.
    numbers = [change.findings for change in changes]
    return DailyFlow(
        opened=sum(number for number in numbers if number > 0),
        closed=-sum(number for number in numbers if number < 0),
    )
