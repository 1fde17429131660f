"""Share the workers fairly: the organisation that has used the least of them is served next.

Use is counted in Redis in seconds, in windows of ten minutes, for each `kind` of work by itself.
"""

import time
from collections.abc import Iterable, Mapping
from uuid import UUID

import redis

from krafter_audit.db import redis_client

WINDOW_SECONDS = 600
PREFIX = "krafter:use:"


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
    # No request to Redis where there is nothing to choose.
    if len(unique) < 2:
        return unique
    used = dict(zip(unique, _recent_use(kind, unique), strict=True))
    return sorted(unique, key=used.__getitem__)


def _recent_use(kind: str, organizations: list[UUID]) -> list[float]:
    now = time.time()
    fields = [str(each) for each in organizations]

    def fetch(server: redis.Redis) -> list[list[bytes | None]]:
        pipeline = server.pipeline(transaction=False)
        for moment in (now, now - WINDOW_SECONDS):
            pipeline.hmget(_window_key(kind, moment), fields)
        windows: list[list[bytes | None]] = pipeline.execute()
        return windows

    nothing: list[list[bytes | None]] = [[None] * len(fields)] * 2
    # While Redis is unavailable all are equal, and the oldest work comes first.
    current, previous = redis_client.call_or_default(fetch, nothing)
    # Of the previous window counts the part that is less than ten minutes ago.
    share = 1 - now % WINDOW_SECONDS / WINDOW_SECONDS
    return [float(new or 0) + share * float(old or 0) for new, old in zip(current, previous, strict=True)]


def _window_key(kind: str, moment: float) -> str:
    return f"{PREFIX}{kind}:{int(moment // WINDOW_SECONDS)}"
