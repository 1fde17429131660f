"""When work is due, by the hours that a policy gives to a severity."""

from datetime import datetime, timedelta
from typing import Any

LONGEST = 24 * 366 * 10  # hours; a longer one is not read


def due_at(config: dict[str, Any], severity: str, start: datetime) -> datetime | None:
    """Return when work on a finding of that severity is due; None where the config gives no readable hours."""
    hours = hours_of(config).get(severity)
    return None if hours is None else start + timedelta(hours=hours)


def hours_of(config: dict[str, Any]) -> dict[str, float]:
    """Return the readable part of `sla_hours`: severity → hours. What cannot be read is ignored."""
    table = config.get("sla_hours")
    if not isinstance(table, dict):
        return {}
    return {
        severity: hours
        for severity, hours in table.items()
        if isinstance(hours, int | float) and not isinstance(hours, bool) and 0 <= hours <= LONGEST
    }
