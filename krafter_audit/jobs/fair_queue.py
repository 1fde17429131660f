"""Share the workers fairly: the organisation that has used the least of them is served next.

Use is counted in Redis in seconds, in windows of ten minutes, for each `kind` of work by itself.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import redis
from django.db import OperationalError
from django.db.models import Count, Min, QuerySet

from krafter_audit.db import redis_client
from krafter_audit.db.leases import unleased
from krafter_audit.jobs.isolation import isolated

WINDOW_SECONDS = 600
PREFIX = "krafter:use:"
MAX_CANDIDATES = 20  # of an organisation; too few only if other workers lease all of them at once


def run_next(
    kind: str,
    rows: QuerySet[Any],
    run: Callable[[UUID], bool],
    *,
    organization: str,
    since: str,
    id: str = "pk",
) -> bool:
    """Run the waiting row that is next and that no other worker takes; return whether there was one.

    The organisation with the least use is first, with the row that has waited longest. `organization`, `since` and
    `id` name the fields of the organisation, of the time since when a row waits, and of what `run` gets; it returns
    False for a row that it could not lease. What it raises is logged, and counts as use, so that rows that fail each
    time do not keep their organisation first.
    """
    # No order, which would be a part of the groups.
    oldest = dict(rows.order_by().values_list(organization).annotate(Min(since)))
    for organization_id in by_least_use(kind, sorted(oldest, key=oldest.__getitem__)):
        candidates = rows.filter(**{organization: organization_id}).order_by(since, "pk")
        for row_id in candidates.values_list(id, flat=True)[:MAX_CANDIDATES]:
            started = time.monotonic()
            ran = True  # True also if `run` raises
            # Without the database, no work was done, so it does not count as use.
            with isolated(kind, row_id, except_for=(OperationalError,)):
                ran = run(row_id)
            if ran:
                record_use(kind, {organization_id: time.monotonic() - started})
                return True
    return False


def organizations_that_run(rows: QuerySet[Any], *, at_least: int, organization: str) -> list[UUID]:
    """Return the organisations of which workers have leased so many of the rows."""
    leased = rows.exclude(unleased()).order_by()
    numbers = leased.values_list(organization).annotate(number=Count("pk"))
    return [organization_id for organization_id, number in numbers if number >= at_least]


def record_use(kind: str, seconds: Mapping[UUID, float]) -> None:
    key = _window_key(kind, time.time())

    def add(server: redis.Redis) -> None:
        pipeline = server.pipeline(transaction=False)
        for organization_id, used in seconds.items():
            pipeline.hincrbyfloat(key, str(organization_id), used)
        pipeline.expire(key, 2 * WINDOW_SECONDS)
        pipeline.execute()

    if seconds:
        redis_client.call_or_default(add, None)


def by_least_use(kind: str, organizations: Iterable[UUID]) -> list[UUID]:
    """Return the organisations, the one with the least use first; equal ones stay in their order."""
    unique = list(dict.fromkeys(organizations))
    # Without a choice, no request to Redis is needed.
    if len(unique) < 2:
        return unique
    used = dict(zip(unique, _recent_use(kind, unique), strict=True))
    return sorted(unique, key=used.__getitem__)


def _recent_use(kind: str, organizations: list[UUID]) -> list[float]:
    now = time.time()
    fields = [str(organization_id) for organization_id in organizations]

    def fetch(server: redis.Redis) -> list[list[bytes | None]]:
        pipeline = server.pipeline(transaction=False)
        for moment in (now, now - WINDOW_SECONDS):
            pipeline.hmget(_window_key(kind, moment), fields)
        return pipeline.execute()

    nothing: list[list[bytes | None]] = [[None] * len(fields)] * 2
    # While Redis is unavailable all are equal, and the oldest work comes first.
    current, previous = redis_client.call_or_default(fetch, nothing)
    # The part of the previous window that is less than ten minutes ago counts.
    share = 1 - now % WINDOW_SECONDS / WINDOW_SECONDS
    return [float(new or 0) + share * float(old or 0) for new, old in zip(current, previous, strict=True)]


def _window_key(kind: str, moment: float) -> str:
    return f"{PREFIX}{kind}:{int(moment // WINDOW_SECONDS)}"
