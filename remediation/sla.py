"""When work is due, by the hours that a policy gives to a severity."""

from datetime import datetime, timedelta
from typing import Any

LONGEST = 24 * 366 * 10  # hours; a longer one is not read


def due_at(config: dict[str, Any], severity: str, start: datetime) -> datetime | None:
    """Return when work on a finding of that severity is due; None where the config gives no readable hours."""
    table = config.get("sla_hours")
    hours = table.get(severity) if isinstance(table, dict) else None
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= LONGEST:
        return None
    return start + timedelta(hours=hours)
