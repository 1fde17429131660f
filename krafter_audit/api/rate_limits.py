"""Fixed windows of a minute in Redis. When Redis is away the request passes, and a metric says so."""

import time
from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings
from django.http import HttpRequest
from prometheus_client import Counter

from krafter_audit.api.errors import RateLimited
from krafter_audit.db import redis_client

WINDOW = 60

# One script, so that count and expiry are one step: 100 of 400 simultaneous calls pass a limit of 100, never 101.
COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('GET', KEYS[2])}
"""

unchecked = Counter("krafter_ratelimit_unchecked_total", "Requests let through because Redis did not answer.")


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


def _count(key: str, watching: str) -> tuple[int, bytes | None]:
    counted = redis_client.call_or_default(
        lambda server: _script()(keys=[key, watching], args=[WINDOW * 2], client=server), None
    )
    if counted is None:
        unchecked.inc()
        return 0, None
    return int(counted[0]), counted[1]


@lru_cache(maxsize=1)
def _script() -> "redis.commands.core.Script":
    return redis_client.connection().register_script(COUNT)
