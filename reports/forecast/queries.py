from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from events.totals import counters
from events.totals.counters import RiskChange
from findings.models import Severity
from reports.forecast import simulation
from reports.forecast.simulation import DAYS_PER_WEEK, MAX_WEEKS, DailyFlow


def critical_forecast(project_ids: Collection[UUID]) -> dict[str, Any]:
    """Forecast when no critical finding of the projects is open, from the last 13 weeks' whole days."""
    today = timezone.now().date()
    start = today - timedelta(days=MAX_WEEKS * DAYS_PER_WEEK)
    return forecast_from(counters.recent_risk_changes(project_ids, Severity.CRITICAL, start, today))


def forecast_from(changes: Iterable[RiskChange]) -> dict[str, Any]:
    """Forecast when no critical finding is open, from all changes of the open risk, in the API's JSON types."""
    today = timezone.now().date()
    changes = [change for change in changes if change.severity == Severity.CRITICAL]
    still_open, flows = sum(change.findings for change in changes), _daily_flows(changes, today)
    status = "forecast" if simulation.has_enough_history(flows) else "not_enough_history"
    if not still_open:
        status = "none_open"
    return {
        "status": status,
        "open_critical": still_open,
        "horizon_days": simulation.HORIZON_DAYS,
        # The days of history that the simulation uses, and what was opened and closed in them.
        "basis": {
            "days": len(flows),
            "opened": sum(flow.opened for flow in flows),
            "closed": sum(flow.closed for flow in flows),
        },
        "ranges": _ranges(flows, still_open, today) if status == "forecast" else [],
    }


def _ranges(flows: tuple[DailyFlow, ...], still_open: int, today: date) -> list[dict[str, Any]]:
    """Return the dates between which the last critical finding is closed; None is after the horizon."""

    def after(days: int | None) -> str | None:
        return None if days is None else (today + timedelta(days=days)).isoformat()

    # All readers on this day get the same dates.
    ranges = simulation.forecast(flows, still_open, seed=today.toordinal())
    return [
        {
            "probability": date_range.probability,
            "earliest": after(date_range.earliest),
            "latest": after(date_range.latest),
        }
        for date_range in ranges
    ]


def _daily_flows(changes: Sequence[RiskChange], today: date) -> tuple[DailyFlow, ...]:
    """Return the days before today since a critical finding was first open, at most 13 weeks."""
    first = min((change.day for change in changes), default=today)
    by_day: dict[date, list[RiskChange]] = {}
    for change in changes:
        by_day.setdefault(change.day, []).append(change)
    # The first scan of a site finds old problems, which say nothing about later ones.
    start = max(today - timedelta(days=MAX_WEEKS * DAYS_PER_WEEK), first + timedelta(days=1))
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
