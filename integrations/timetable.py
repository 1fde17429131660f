"""When a connected integration is synced by itself: every quarter of an hour, each at a place of its own in it.

A provider that is down is left alone for longer each time, and caught up with when it is back.
"""

from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.models import Integration

EVERY = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
AT_ONCE = 500
WAITING = (Integration.Status.CONNECTED, Integration.Status.ERROR)


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


def start_due() -> int:
    """Ask for the syncs whose time has come; return how many. One that is syncing has no time: it ends first."""
    from integrations import services

    due = Integration.objects.filter(status__in=WAITING, next_sync_at__lte=timezone.now())
    started = 0
    for pk in list(due.order_by("next_sync_at").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            row = due.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is not None:
                Integration.objects.filter(pk=pk).update(next_sync_at=slot(row, timezone.now()))
                services.begin(row, Integration.Scope.ALL)
                started += 1
    return started
