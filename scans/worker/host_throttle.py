"""A site is asked twice a second and by two at once, by all scans and verifications on all workers together.

The turns are kept in Redis. While it is away each process keeps its own.
"""

import math
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from krafter_audit.db import redis_client
from krafter_audit.http.client import SCHEME_PORTS, Client, HostThrottle, ParsedUrl, TimedOut, Unreachable

AT_ONCE = 2
LONGEST_WAIT = 30.0  # seconds for a turn; then the check says that it could not look
LONGEST_HOLD = 600.0  # seconds that a Retry-After is believed
LONGEST_REQUEST = 45.0  # seconds after which a turn that nobody gave back is free again
LOOK_AGAIN = 0.05  # seconds between two looks at whether one of the requests under way has ended

# Answers [milliseconds to wait, whether the site asked for it]; [0, 0] = the turn is taken. One clock for all: Redis's.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local rate, at_once, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('PTTL', KEYS[3])
if held > 0 then return {held, 1} end
local earlier = redis.call('LINDEX', KEYS[1], rate - 1)
if earlier and now - earlier < 1000 then return {1000 - (now - earlier), 0} end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= at_once then return {tonumber(ARGV[5]), 0} end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, rate - 1)
redis.call('PEXPIRE', KEYS[1], 2000)
redis.call('ZADD', KEYS[2], now + lease, ARGV[1])
redis.call('PEXPIRE', KEYS[2], lease)
return {0, 0}
"""


def client() -> Client:
    """Return a client that waits for its turn at each host."""
    return (
        Client(throttle=SharedHostThrottle(settings.KRAFTER_HOST_RATE))
        if settings.KRAFTER_HOST_RATE
        else Client()
    )


class SharedHostThrottle(HostThrottle):
    """So many requests a second to a host, and two at once, over all workers."""

    def __init__(self, rate: int) -> None:
        self.rate = rate

    @contextmanager
    def slot(self, target: ParsedUrl) -> Iterator[float]:
        """Hold a turn while a request is made; gives the seconds that were waited for it."""
        began, mine, host = time.monotonic(), uuid.uuid4().hex, host_of(target)
        self._wait(host, mine, began + LONGEST_WAIT)
        try:
            yield time.monotonic() - began
        finally:
            redis_client.call_or_default(lambda connection: connection.zrem(f"{host}:at", mine), None)
            OWN.give_back(host, mine)

    def back_off(self, target: ParsedUrl, seconds: float) -> None:
        """Let nobody ask the host for so long."""
        host, milliseconds = host_of(target), math.ceil(min(seconds, LONGEST_HOLD) * 1000)
        redis_client.call_or_default(
            lambda connection: connection.set(f"{host}:held", 1, px=milliseconds), None
        )
        OWN.hold(host, milliseconds / 1000)

    def _wait(self, host: str, mine: str, until: float) -> None:
        while True:
            wait, asked_for = self._take(host, mine)
            if wait <= 0:
                return
            if time.monotonic() + wait > until:
                raise _too_long(host, wait, asked_for=asked_for)
            time.sleep(wait)

    def _take(self, host: str, mine: str) -> tuple[float, bool]:
        keys = [f"{host}:starts", f"{host}:at", f"{host}:held"]
        values: list[Any] = [mine, self.rate, AT_ONCE, int(LONGEST_REQUEST * 1000), int(LOOK_AGAIN * 1000)]
        said = redis_client.call_or_default(
            lambda server: _script()(keys=keys, args=values, client=server), None
        )
        if said is None:
            return OWN.take(host, mine, self.rate)
        return said[0] / 1000, bool(said[1])


def _too_long(host: str, wait: float, *, asked_for: bool) -> TimedOut | Unreachable:
    name = host.removeprefix("krafter:pace:")
    if asked_for:
        return Unreachable(f"{name} asks to be left alone for another {wait:.0f} s (Retry-After).")
    return TimedOut(f"{name} is looked at by so much else that no turn came in {LONGEST_WAIT:.0f} s.")


def host_of(target: ParsedUrl) -> str:
    """Return the name of a host's turns: both standard ports are one site, any other is a site of its own."""
    port = "" if target.port in SCHEME_PORTS.values() else f":{target.port}"
    return f"krafter:pace:{target.bracketed_host}{port}"


@lru_cache(maxsize=1)
def _script() -> "redis.commands.core.Script":
    return redis_client.connection().register_script(TAKE)


class OwnTurns:
    """The turns of this process alone, by the same rules."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._starts: defaultdict[str, deque[float]] = defaultdict(deque)
        self._at: defaultdict[str, set[str]] = defaultdict(set)
        self._held: dict[str, float] = {}

    def take(self, host: str, mine: str, rate: int) -> tuple[float, bool]:
        """Return the seconds to wait and whether the site asked for it; 0 = the turn is taken."""
        with self._lock:
            now, starts = time.monotonic(), self._starts[host]
            held = self._held.get(host, now) - now
            if held > 0:
                return held, True
            if len(starts) >= rate and now - starts[-rate] < 1:
                return 1 - (now - starts[-rate]), False
            if len(self._at[host]) >= AT_ONCE:
                return LOOK_AGAIN, False
            starts.append(now)
            while len(starts) > rate:
                starts.popleft()
            self._at[host].add(mine)
            return 0, False

    def give_back(self, host: str, mine: str) -> None:
        """End a turn."""
        with self._lock:
            self._at[host].discard(mine)

    def hold(self, host: str, seconds: float) -> None:
        """Let nobody ask the host for so long."""
        with self._lock:
            self._held[host] = time.monotonic() + seconds


OWN = OwnTurns()
