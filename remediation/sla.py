"""Due dates of tasks, by the hours that a policy gives to a severity."""

from datetime import datetime, timedelta
from typing import Any

MAX_HOURS = 24 * 366 * 10  # longer periods are ignored


def due_at(config: dict[str, Any], severity: str, start: datetime) -> datetime | None:
    """Return when a task for a finding of that severity is due; None if the config has no valid hours for it."""
    hours = hours_of(config).get(severity)
    return None if hours is None else start + timedelta(hours=hours)


def hours_of(config: dict[str, Any]) -> dict[str, float]:
    """Return the valid part of `sla_hours`: severity → hours."""
    # Policies accept any JSON, so that invalid parts are ignored.
    table = config.get("sla_hours")
    if not isinstance(table, dict):
        return {}
    return {
        severity: hours
        for severity, hours in table.items()
        if isinstance(hours, int | float) and not isinstance(hours, bool) and 0 <= hours <= MAX_HOURS
    }
