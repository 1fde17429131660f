"""When a connected integration is synced by itself: every quarter of an hour, each at a place of its own in it.

A provider that is down is left alone for longer each time, and caught up with when it is back.
"""

from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

from django.utils import timezone

from integrations.models import Integration

EVERY = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)


def slot(row: Integration, after: datetime) -> datetime:
    """Return the first place of an integration after a moment. Its id says where in the quarter that is."""
    period = EVERY.total_seconds()
    place = row.pk.int % int(period)
    return datetime.fromtimestamp((floor((after.timestamp() - place) / period) + 1) * period + place, UTC)


def after_run(row: Integration, *, went_well: bool) -> dict[str, Any]:
    """Return when a row is synced next, and how often in a row it has failed."""
    now = timezone.now()
    if went_well:
        return {"failures": 0, "next_sync_at": slot(row, now)}
    failures = min(row.failures + 1, 20)
    pause = min(EVERY * 2 ** (failures - 1), LONGEST_PAUSE)
    return {"failures": failures, "next_sync_at": slot(row, now + pause - EVERY)}
