"""The schedule of a connected integration: every 15 minutes, less often after failures."""

from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

from django.utils import timezone

from integrations.models import Integration

INTERVAL = timedelta(minutes=15)  # between two scheduled syncs
MAX_PAUSE = timedelta(hours=6)  # after failures, which double the interval
MAX_FAILURES = 20  # that are counted; more do not change the pause


def next_slot(integration: Integration, after: datetime) -> datetime:
    interval = INTERVAL.total_seconds()
    # Each integration has its own offset, so that syncs do not start all at once.
    offset = integration.pk.int % int(interval)
    return datetime.fromtimestamp(
        (floor((after.timestamp() - offset) / interval) + 1) * interval + offset, UTC
    )


def after_run(integration: Integration, *, succeeded: bool) -> dict[str, Any]:
    """Return the consecutive failures and the time of the next sync, as fields to update."""
    now = timezone.now()
    if succeeded:
        return {"failures": 0, "next_sync_at": next_slot(integration, now)}
    failures = min(integration.failures + 1, MAX_FAILURES)
    # Doubled after each failure: an outage of a provider, or a revoked token, causes few requests.
    pause = min(INTERVAL * 2 ** (failures - 1), MAX_PAUSE)
    return {"failures": failures, "next_sync_at": next_slot(integration, now + pause - INTERVAL)}
