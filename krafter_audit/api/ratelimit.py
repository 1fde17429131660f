"""Fixed windows of a minute in Redis. When Redis is away the request passes, and a metric says so."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest
from prometheus_client import Counter
from redis.backoff import NoBackoff
from redis.retry import Retry

from krafter_audit.api.errors import RateLimited

WINDOW = 60
REST_AFTER_FAILURE = (
    2.0  # seconds in which a Redis that is away is not asked again, so that requests stay fast
)
READ_AT_ONCE = 4096  # bytes; each client keeps that much, one for each thread, and an answer is some hundred

# One script, so that count and expiry are one step: 100 of 400 simultaneous calls pass a limit of 100, never 101.
COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('GET', KEYS[2])}
"""

unchecked = Counter("krafter_ratelimit_unchecked_total", "Requests let through because Redis did not answer.")
_resting_until = 0.0


@dataclass(frozen=True)
class Allowance:
    """What is left of a window: `limit`, `remaining`, and `reset` in Unix seconds.

    `watched` is the value of the key that was looked at on the way; None where it has none or Redis is away.
    """

    limit: int
    used: int
    reset: int
    watched: bytes | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The three x-ratelimit headers."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.limit - self.used)),
            "x-ratelimit-reset": str(self.reset),
        }

    def refuse_when_spent(self) -> None:
        """Raise RateLimited when the window is used up."""
        if self.used > self.limit:
            wait = str(max(1, self.reset - int(time.time())))
            raise RateLimited(headers={**self.headers, "retry-after": wait})


def take(kind: str, whose: str, *, watching: str = "") -> Allowance:
    """Count one request of `whose` in the window of `kind` (default, strict, public).

    Every request comes by here: the value of the key `watching` is read in the same round trip.
    """
    limit = int(getattr(settings, f"KRAFTER_RATE_{kind.upper()}"))
    start = int(time.time()) // WINDOW * WINDOW
    used, watched = _count(f"krafter:rate:{kind}:{whose}:{start}", watching)
    return Allowance(limit=limit, used=used, reset=start + WINDOW, watched=watched or None)


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, past as many proxies as the operator says stand before this server.

    X-Forwarded-For is believed only as far as those proxies wrote it: a client can put anything in front.
    """
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    trusted = settings.KRAFTER_TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted][:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def asked[T](call: Callable[[redis.Redis], T], otherwise: T) -> T:
    """Ask Redis, or return `otherwise` where it is away; one that was away is left alone for two seconds."""
    global _resting_until
    if time.monotonic() < _resting_until:
        return otherwise
    try:
        return call(connection())
    except redis.RedisError:
        _resting_until = time.monotonic() + REST_AFTER_FAILURE
        return otherwise


def _count(key: str, watching: str) -> tuple[int, bytes | None]:
    counted = asked(lambda server: _script()(keys=[key, watching], args=[WINDOW * 2], client=server), None)
    if counted is None:
        unchecked.inc()
        return 0, None
    return int(counted[0]), counted[1]


@lru_cache(maxsize=1)
def _script() -> "redis.commands.core.Script":
    return connection().register_script(COUNT)


class _OfThread(threading.local):
    server: redis.Redis | None = None


_own = _OfThread()
# Two processes must not write into one socket: a child opens its own.
os.register_at_fork(after_in_child=lambda: _own.__dict__.clear())  # of the thread that is left


def connection() -> redis.Redis:
    """Return this thread's own client for Redis, over a connection that is kept; a call has half a second.

    Raises RedisError where Redis is away. A pool that is asked for each call costs as much as the call.
    """
    if _own.server is None:
        _own.server = client(settings.REDIS_URL, single_connection_client=True)
    return _own.server


def client(url: str, **options: Any) -> redis.Redis:
    """Return a client that gives up at once; only a connection that has gone meanwhile is opened anew."""
    retry = Retry(NoBackoff(), retries=1, supported_errors=(redis.ConnectionError,))
    limits = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "socket_read_size": READ_AT_ONCE}
    return redis.Redis.from_url(url, **limits, retry=retry, **options)
