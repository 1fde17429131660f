"""Count the requests that passed without a rate limit, because Redis did not respond.

The metric counts by process. The sum is in Redis, for `doctor` and the overview.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import redis
from prometheus_client import Counter

KEY = "krafter:rate:unchecked"
TTL_SECONDS = 24 * 60 * 60

unchecked_total = Counter(
    "krafter_ratelimit_unchecked_total", "Requests let through because Redis did not answer."
)
_lock = threading.Lock()
_pending = 0


@dataclass(frozen=True)
class UncheckedRequests:
    """The number of requests, until a day after the last one."""

    number: int
    last_at: datetime


def count() -> None:
    global _pending
    unchecked_total.inc()
    with _lock:
        _pending += 1


def store(server: redis.Redis) -> None:
    """Add this process's requests since the last call to the sum in Redis. Raises redis.RedisError."""
    global _pending
    if not _pending:
        return
    with _lock:
        number, _pending = _pending, 0
    try:
        with server.pipeline() as pipeline:
            pipeline.hincrby(KEY, "number", number)
            pipeline.hset(KEY, "last_at", str(time.time()))
            pipeline.expire(KEY, TTL_SECONDS)
            pipeline.execute()
    except redis.RedisError:
        with _lock:
            _pending += number
        raise


def find(server: redis.Redis) -> UncheckedRequests | None:
    """Return the sum of all processes, if any within a day. Raises redis.RedisError."""
    number, last_at = server.hmget(KEY, "number", "last_at")
    if number is None or last_at is None:
        return None
    return UncheckedRequests(int(number), datetime.fromtimestamp(float(last_at), UTC))
