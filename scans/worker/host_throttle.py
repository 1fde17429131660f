"""Throttle requests to a host: two a second and two at a time, for all scans and verifications of all workers.

The state is in Redis. While Redis is unavailable, each process keeps its own.
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

MAX_CONCURRENT = 2
MAX_WAIT_SECONDS = 30.0  # for a slot; then the request raises an error
MAX_BACK_OFF_SECONDS = 600.0  # longer Retry-After values are reduced to this
SLOT_LEASE_SECONDS = 45.0  # a slot that was not released is free after this
POLL_SECONDS = 0.05  # between two attempts while MAX_CONCURRENT requests run
PREFIX = "krafter:pace:"

# Returns [milliseconds to wait, whether by Retry-After]; [0, 0]: the slot is acquired. The clock is that of Redis.
ACQUIRE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local rate, max_concurrent, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('PTTL', KEYS[3])
if held > 0 then return {held, 1} end
local earlier = redis.call('LINDEX', KEYS[1], rate - 1)
if earlier and now - earlier < 1000 then return {1000 - (now - earlier), 0} end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= max_concurrent then return {tonumber(ARGV[5]), 0} end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, rate - 1)
redis.call('PEXPIRE', KEYS[1], 2000)
redis.call('ZADD', KEYS[2], now + lease, ARGV[1])
redis.call('PEXPIRE', KEYS[2], lease)
return {0, 0}
"""


def client() -> Client:
    """Return an HTTP client that throttles its requests to each host."""
    rate = settings.KRAFTER_HOST_RATE
    return Client(throttle=SharedHostThrottle(rate)) if rate else Client()


class SharedHostThrottle(HostThrottle):
    """Limits the requests a second to each host, and the concurrent ones, over all workers."""

    def __init__(self, rate: int) -> None:
        self.rate = rate

    @contextmanager
    def slot(self, target: ParsedUrl) -> Iterator[float]:
        """Hold a slot for a request; yield the seconds waited for it."""
        started, slot, host = time.monotonic(), uuid.uuid4().hex, host_key(target)
        self._wait(host, slot, started + MAX_WAIT_SECONDS)
        try:
            yield time.monotonic() - started
        finally:
            redis_client.call_or_default(lambda connection: connection.zrem(f"{host}:at", slot), None)
            LOCAL.release(host, slot)

    def back_off(self, target: ParsedUrl, seconds: float) -> None:
        """Send no requests to the host for this long (Retry-After)."""
        host, milliseconds = host_key(target), math.ceil(min(seconds, MAX_BACK_OFF_SECONDS) * 1000)
        redis_client.call_or_default(
            lambda connection: connection.set(f"{host}:held", 1, px=milliseconds), None
        )
        LOCAL.back_off(host, milliseconds / 1000)

    def _wait(self, host: str, slot: str, deadline: float) -> None:
        while True:
            wait, retry_after = self._acquire(host, slot)
            if wait <= 0:
                return
            if time.monotonic() + wait > deadline:
                raise _wait_exceeded(host, wait, retry_after=retry_after)
            time.sleep(wait)

    def _acquire(self, host: str, slot: str) -> tuple[float, bool]:
        keys = [f"{host}:starts", f"{host}:at", f"{host}:held"]
        lease, poll = int(SLOT_LEASE_SECONDS * 1000), int(POLL_SECONDS * 1000)
        values: list[Any] = [slot, self.rate, MAX_CONCURRENT, lease, poll]
        reply = redis_client.call_or_default(
            lambda server: _script()(keys=keys, args=values, client=server), None
        )
        if reply is None:
            return LOCAL.acquire(host, slot, self.rate)
        return reply[0] / 1000, bool(reply[1])


def _wait_exceeded(host: str, wait: float, *, retry_after: bool) -> TimedOut | Unreachable:
    name = host.removeprefix(PREFIX)
    if retry_after:
        return Unreachable(f"{name} accepts no requests for another {wait:.0f} s (Retry-After).")
    return TimedOut(f"Too many other requests to {name}: no slot within {MAX_WAIT_SECONDS:.0f} s.")


def host_key(target: ParsedUrl) -> str:
    """Return the Redis key prefix of a host. Both standard ports are one host, any other port is another."""
    port = "" if target.port in SCHEME_PORTS.values() else f":{target.port}"
    return f"{PREFIX}{target.bracketed_host}{port}"


@lru_cache(maxsize=1)
def _script() -> "redis.commands.core.Script":
    return redis_client.connection().register_script(ACQUIRE)


class LocalSlots:
    """The slots of this process, by the same rules, for the time in which Redis is unavailable."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._starts: defaultdict[str, deque[float]] = defaultdict(deque)
        self._slots: defaultdict[str, set[str]] = defaultdict(set)
        self._held_until: dict[str, float] = {}

    def acquire(self, host: str, slot: str, rate: int) -> tuple[float, bool]:
        """Return the seconds to wait and whether by its Retry-After; 0: the slot is acquired."""
        with self._lock:
            now, starts = time.monotonic(), self._starts[host]
            held = self._held_until.get(host, now) - now
            if held > 0:
                return held, True
            if len(starts) >= rate and now - starts[-rate] < 1:
                return 1 - (now - starts[-rate]), False
            if len(self._slots[host]) >= MAX_CONCURRENT:
                return POLL_SECONDS, False
            starts.append(now)
            while len(starts) > rate:
                starts.popleft()
            self._slots[host].add(slot)
            return 0, False

    def release(self, host: str, slot: str) -> None:
        """Release a slot."""
        with self._lock:
            self._slots[host].discard(slot)

    def back_off(self, host: str, seconds: float) -> None:
        """Send no requests to the host for this long."""
        with self._lock:
            self._held_until[host] = time.monotonic() + seconds


LOCAL = LocalSlots()
