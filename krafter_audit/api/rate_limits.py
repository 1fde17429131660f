"""Rate limits: fixed windows of a minute, counted in Redis; without Redis requests pass."""

import time
from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings
from django.http import HttpRequest
from prometheus_client import Counter

from krafter_audit.api.errors import RateLimited
from krafter_audit.db import redis_client

WINDOW_SECONDS = 60

# Not the library `limits`: its windows begin with the first request and not with the minute, and this script also
# reads another key, so that a request makes one round trip to Redis.
# Atomic, so that of 400 simultaneous requests exactly 100 pass a limit of 100.
INCREMENT_AND_GET = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('GET', KEYS[2])}
"""

unchecked_total = Counter(
    "krafter_ratelimit_unchecked_total", "Requests let through because Redis did not answer."
)


@dataclass(frozen=True)
class Window:
    """A window after a hit: `used` requests of `limit`, until `reset` (Unix seconds).

    `extra_value` is the value of `also_get`, None if it has none or Redis is unavailable.
    """

    limit: int
    used: int
    reset: int
    extra_value: bytes | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.limit - self.used)),
            "x-ratelimit-reset": str(self.reset),
        }

    def raise_if_exceeded(self) -> None:
        if self.used > self.limit:
            wait = str(max(1, self.reset - int(time.time())))
            raise RateLimited(headers={**self.headers, "retry-after": wait})


def hit(kind: str, client: str, *, also_get: str = "") -> Window:
    """Count one request of a client in its current window of that kind (default, strict, public, hooks, wrong_keys).

    The key `also_get` is read in the same round trip.
    """
    start = _window_start()
    used, extra_value = _increment(_key(kind, client, start), also_get)
    return Window(_limit(kind), used, start + WINDOW_SECONDS, extra_value or None)


def peek(kind: str, client: str) -> Window:
    """Return a client's current window of that kind as its next request would find it, without counting one."""
    start = _window_start()
    used = redis_client.call_or_default(lambda server: server.get(_key(kind, client, start)), None)
    return Window(_limit(kind), int(used or 0) + 1, start + WINDOW_SECONDS)


def _limit(kind: str) -> int:
    return int(getattr(settings, f"KRAFTER_RATE_{kind.upper()}"))


def _window_start() -> int:
    return int(time.time()) // WINDOW_SECONDS * WINDOW_SECONDS


def _key(kind: str, client: str, start: int) -> str:
    return f"krafter:rate:{kind}:{client}:{start}"


def client_address(request: HttpRequest) -> str:
    """Return the client's address, behind KRAFTER_TRUSTED_PROXIES proxies."""
    # X-Forwarded-For is trusted only as far as these proxies wrote it: clients can put anything in front.
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    trusted = settings.KRAFTER_TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted][:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def _increment(key: str, also_get: str) -> tuple[int, bytes | None]:
    counted = redis_client.call_or_default(
        lambda server: _script()(keys=[key, also_get], args=[WINDOW_SECONDS * 2], client=server), None
    )
    if counted is None:
        # Available rather than limited: an outage of Redis must not become one of the API. The metric shows it.
        unchecked_total.inc()
        return 0, None
    return int(counted[0]), counted[1]


@lru_cache(maxsize=1)
def _script() -> "redis.commands.core.Script":
    return redis_client.connection().register_script(INCREMENT_AND_GET)
