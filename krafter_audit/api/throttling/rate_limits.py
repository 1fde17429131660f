"""Rate limits: fixed windows of a minute, counted in Redis; without Redis requests pass."""

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest

from krafter_audit.api.errors import RateLimited
from krafter_audit.api.throttling import unchecked_requests
from krafter_audit.db import redis_client

WINDOW_SECONDS = 60

# Not the library `limits`: its windows begin with the first request and not with the minute, and this script also
# reads another key, so that a request makes one round trip to Redis.
# Atomic, so that of 400 simultaneous requests exactly 100 pass a limit of 100. A request that exceeds the limit of its
# own API key (KEYS[3], ARGV[2]) does not count for the organisation.
INCREMENT_AND_GET = """
local function count(key)
    local used = redis.call('INCR', key)
    if used == 1 then redis.call('EXPIRE', key, ARGV[1]) end
    return used
end
local own = KEYS[3] == '' and 0 or count(KEYS[3])
local all = own > tonumber(ARGV[2]) and tonumber(redis.call('GET', KEYS[1]) or 0) or count(KEYS[1])
return {all, redis.call('GET', KEYS[2]), own}
"""


@dataclass(frozen=True)
class Window:
    """A window after a hit."""

    limit: int
    used: int  # requests
    reset: int  # Unix seconds
    extra_value: bytes | None = None  # the value of `also_get`; None if there is none or Redis is unavailable

    @property
    def remaining(self) -> int:
        return self.limit - self.used

    @property
    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.remaining)),
            "x-ratelimit-reset": str(self.reset),
        }

    def raise_if_exceeded(self) -> None:
        if self.used > self.limit:
            wait = str(max(1, self.reset - int(time.time())))
            numbers = {"limit": self.limit, "window_seconds": WINDOW_SECONDS, "retry_after": int(wait)}
            raise RateLimited(details=numbers, headers={**self.headers, "retry-after": wait})


@dataclass(frozen=True)
class OwnLimit:
    """The limit of one API key, beside that of its organisation."""

    key_id: str
    per_minute: int


def hit(kind: str, client: str, *, also_get: str = "", own: OwnLimit | None = None) -> Window:
    """Count a client's request in its current window of a kind such as `default`; return the window.

    With an `own` limit, return the window with fewer requests left. The key `also_get` is read in the same round trip.
    """
    start = _window_start()
    own_key = _key("key", own.key_id, start) if own else ""
    used, extra_value, own_used = _increment(
        [_key(kind, client, start), also_get, own_key], own.per_minute if own else 0
    )
    window = Window(_limit(kind), used, start + WINDOW_SECONDS, extra_value)
    if own is None:
        return window
    own_window = Window(own.per_minute, own_used, start + WINDOW_SECONDS, extra_value)
    return own_window if own_window.remaining <= window.remaining else window


def peek(kind: str, client: str) -> Window:
    """Return a client's current window, without counting a request."""
    start = _window_start()
    used = redis_client.call_or_default(lambda server: server.get(_key(kind, client, start)), None)
    # As if this request counted: the window is exceeded once the next request would be refused.
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


def client_network(request: HttpRequest) -> str:
    """Return the key of a client's counter: its address, or the network of 64 bits of its IPv6 address."""
    # A client has all 2^64 addresses of this network: counted by address, it would have no limit.
    address = client_address(request)
    try:
        parsed = IPv6Address(address)
    except ValueError:  # IPv4
        return address
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def _increment(keys: list[str], own_limit: int) -> tuple[int, bytes | None, int]:
    arguments = [WINDOW_SECONDS * 2, own_limit]

    def run(server: redis.Redis) -> list[Any]:
        script = redis_client.script(INCREMENT_AND_GET)
        counted: list[Any] = script(keys=keys, args=arguments, client=server)
        unchecked_requests.store(server)
        return counted

    counted = redis_client.call_or_default(run, None)
    if counted is None:
        # Requests pass without a limit: an outage of Redis must not become an outage of the API.
        unchecked_requests.count()
        return 0, None, 0
    return int(counted[0]), counted[1], int(counted[2])
