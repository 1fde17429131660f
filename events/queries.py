from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from events.models import Event
from events.names import ORGANIZATION_EVENTS, PROJECT_EVENTS, matches
from krafter_audit.db.sql import fetch_all

MAX_CLOCK_SKEW = timedelta(seconds=1)  # between the machines that log events, at most
# When the oldest of the other transactions that have written something began.
OLDEST_TRANSACTION = """
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def filter_events(
    events: QuerySet[Event],
    *,
    types: Collection[str],
    subject_id: UUID | None,
    after: datetime | None,
    before: datetime | None,
) -> QuerySet[Event]:
    """Return the events that match; `types` are names, or groups such as `finding.*`, and empty for all."""
    names = [name for name in (*PROJECT_EVENTS, *ORGANIZATION_EVENTS) if types and matches(name, types)]
    filters: dict[str, Any] = {
        "name__in": names or None,
        "subject_id": subject_id,
        "at__gte": after,
        "at__lt": before,
    }
    return events.filter(**{name: value for name, value in filters.items() if value is not None})


def complete_until() -> datetime:
    """Return the time before which no event can be added any more: all earlier transactions have ended."""
    [(oldest,)] = fetch_all(OLDEST_TRANSACTION, [], model=Event)
    now = timezone.now()
    return min(oldest or now, now) - MAX_CLOCK_SKEW
