"""Throttle the requests to a host, for all scans and verifications of all workers together.

A verified or allowed host gets the adaptive request rate of `krafter_audit.http.throttle_state`; any other host two
requests a second, two at a time. The state is in Redis; while it is unavailable, each process has its own.
"""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from django.conf import settings

from krafter_audit.db import redis_client
from krafter_audit.http.addresses import parse_address
from krafter_audit.http.client import (
    SCHEME_PORTS,
    AddressPolicy,
    Client,
    HostThrottle,
    ParsedUrl,
    RequestCredentials,
    TimedOut,
    Unreachable,
)
from krafter_audit.http.defaults import network_defaults
from krafter_audit.http.throttle_state import (
    MAX_RATE,
    POLL_SECONDS,
    ThrottleLimits,
    ThrottleObservation,
    ThrottleState,
)
from scanner.preconditions import OwnedHosts

MAX_WAIT_SECONDS = 30.0  # for a slot; then the request raises an error
MAX_BACK_OFF_SECONDS = 600.0  # longer Retry-After values are reduced to this
STATE_TTL_SECONDS = 1200  # a state that is not used for so long is deleted
KEY_PREFIX = "krafter:throttle:"

# Replaces the state ARGV[1] by ARGV[2], unless another worker has changed it or ARGV[4] is not the time of Redis
# (within ARGV[5] seconds).
# Returns [replaced, seconds, microseconds, state].
COMPARE_AND_SWAP = """
local clock = redis.call('TIME')
local state = redis.call('GET', KEYS[1]) or ''
local skew = math.abs(clock[1] + clock[2] / 1000000 - tonumber(ARGV[4]))
if ARGV[1] ~= state or skew > tonumber(ARGV[5]) then return {0, clock[1], clock[2], state} end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return {1, clock[1], clock[2], ARGV[2]}
"""
MAX_REMEMBERED_HOSTS = 1000
REMEMBERED_CLOCK_TOLERANCE_SECONDS = 0.1
CLOCK_TOLERANCE_SECONDS = 2.0  # for a time that Redis has just returned: the request takes time too

type Change[T] = Callable[[ThrottleState, float], T]


def client(
    verified: OwnedHosts | None = None,
    *,
    max_rate: float | None = None,
    credentials: RequestCredentials | None = None,
) -> Client:
    """Return an HTTP client that throttles its requests; `max_rate` limits an adaptive rate."""
    rate = settings.KRAFTER_HOST_RATE
    if not rate:
        return Client(credentials=credentials)
    policy = network_defaults().policy
    throttle = SharedHostThrottle(rate, verified, policy=policy, max_rate=max_rate)
    return Client(throttle=throttle, credentials=credentials)


class SharedHostThrottle(HostThrottle):
    """Limits the requests a second to each host, and the concurrent ones, over all workers.

    Without `verified` hosts and `policy`, `rate` applies to every host.
    """

    def __init__(
        self,
        rate: int,
        verified: OwnedHosts | None = None,
        *,
        policy: AddressPolicy | None = None,
        max_rate: float | None = None,
    ) -> None:
        self._fixed = ThrottleLimits(rate)
        self._adaptive = ThrottleLimits(rate, adaptive=True, max_rate=max(1, int(max_rate or MAX_RATE)))
        self._verified = verified
        self._policy = policy or AddressPolicy()
        self._allowed: set[str] = set()  # hosts whose address is on an allowed network
        self._host_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._exclusive = threading.local()  # `caller`: the name of a thread with exclusive slots at a host

    @contextmanager
    def slot(self, url: ParsedUrl) -> Iterator[float]:
        started, slot, host = time.monotonic(), uuid.uuid4().hex, host_key(url)
        self._wait(url, slot, started + MAX_WAIT_SECONDS)
        try:
            yield time.monotonic() - started
        finally:
            _update_everywhere(host, lambda throttle, now: throttle.release(slot))
            with _SLOT_RELEASED:
                _SLOT_RELEASED.notify_all()

    @contextmanager
    def exclusive(self, url: ParsedUrl) -> Iterator[None]:
        host, caller = host_key(url), uuid.uuid4().hex
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        try:
            while (wait := _update(host, lambda throttle, now: throttle.acquire_exclusive(caller, now))) > 0:
                if time.monotonic() + wait > deadline:
                    raise _wait_exceeded(host, wait, retry_after=False)
                time.sleep(wait)
            self._exclusive.caller = caller
            yield
        finally:
            self._exclusive.caller = ""
            _update_everywhere(host, lambda throttle, now: throttle.release_exclusive(caller, now))

    def record(self, url: ParsedUrl) -> None:
        limits = self.limits(url)
        _update(host_key(url), lambda throttle, now: throttle.record(limits, now))

    def observe(self, url: ParsedUrl, seen: ThrottleObservation, *, address: str = "") -> None:
        if address and self._is_allowed(address, url.port):
            self._allowed.add(host_key(url))
        limits = self.limits(url)
        _update(host_key(url), lambda throttle, now: throttle.observe(seen, limits, now))

    def back_off(self, url: ParsedUrl, seconds: float) -> None:
        host, bounded = host_key(url), min(seconds, MAX_BACK_OFF_SECONDS)
        _update_everywhere(host, lambda throttle, now: throttle.back_off(bounded, now))

    def limits(self, url: ParsedUrl) -> ThrottleLimits:
        is_adaptive = (
            host_key(url) in self._allowed
            or self._is_allowed(url.host, url.port)
            or (self._verified is not None and self._verified.covers(url.host))
        )
        return self._adaptive if is_adaptive else self._fixed

    def _is_allowed(self, host: str, port: int) -> bool:
        address = parse_address(host)
        return address is not None and self._policy.is_allowed(address, port)

    def _wait(self, url: ParsedUrl, slot: str, deadline: float) -> None:
        host, limits = host_key(url), self.limits(url)
        caller = getattr(self._exclusive, "caller", "")
        # Only one thread of this run tries to get a slot at a time, but an exclusive thread does not wait for its turn.
        lock = threading.Lock() if caller else self._host_locks[host]
        if not lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise _wait_exceeded(host, 0.0, retry_after=False)
        try:
            while True:
                wait, retry_after = _update(
                    host, lambda throttle, now: throttle.acquire(slot, limits, now, caller)
                )
                if wait <= 0:
                    return
                if time.monotonic() + wait > deadline:
                    raise _wait_exceeded(host, wait, retry_after=retry_after)
                # A slot that this process releases ends the wait.
                with _SLOT_RELEASED:
                    _SLOT_RELEASED.wait(min(wait, POLL_SECONDS) if limits.adaptive else wait)
        finally:
            lock.release()


def _wait_exceeded(host: str, wait: float, *, retry_after: bool) -> TimedOut | Unreachable:
    name = host.removeprefix(KEY_PREFIX)
    if retry_after:
        return Unreachable(f"{name} accepts no requests for another {wait:.0f} s (Retry-After).")
    return TimedOut(f"Too many other requests to {name}: no slot within {MAX_WAIT_SECONDS:.0f} s.")


def host_key(url: ParsedUrl) -> str:
    """Return the Redis key of a host. Both standard ports are one host, any other port is another."""
    port = "" if url.port in SCHEME_PORTS.values() else f":{url.port}"
    return f"{KEY_PREFIX}{url.bracketed_host}{port}"


def _update[T](host: str, change: Change[T]) -> T:
    done = redis_client.call_or_default(lambda server: (_compare_and_swap(server, host, change),), None)
    return LOCAL_STATES.update(host, change) if done is None else done[0]


def _update_everywhere(host: str, change: Change[None]) -> None:
    _update(host, change)
    # The slot may have been acquired while Redis was unavailable.
    LOCAL_STATES.update(host, change)


def _compare_and_swap[T](server: redis.Redis, host: str, change: Change[T]) -> T:
    # Usually no other worker has changed the state since this process read it, so no request is needed to read it.
    state, offset = _last_states.get(host, (b"", 0.0))
    tolerance = REMEMBERED_CLOCK_TOLERANCE_SECONDS
    while True:
        throttle, now = ThrottleState.decode(state), time.monotonic() + offset
        # A change may be computed several times, until no other worker has changed the state meanwhile.
        result = change(throttle, now)
        args: list[bytes | float] = [state, throttle.encode(), STATE_TTL_SECONDS, now, tolerance]
        reply = redis_client.script(COMPARE_AND_SWAP)(keys=[host], args=args, client=server)
        tolerance = CLOCK_TOLERANCE_SECONDS
        state, offset = reply[3], int(reply[1]) + int(reply[2]) / 1e6 - time.monotonic()
        _remember(host, state, offset)
        if reply[0]:
            return result


def _remember(host: str, state: bytes, offset: float) -> None:
    # A remembered state may be outdated anyway: deleting it costs one request to Redis.
    if len(_last_states) >= MAX_REMEMBERED_HOSTS:
        _last_states.clear()
    _last_states[host] = state, offset


class LocalStates:
    """The states of this process, for the time in which Redis is unavailable."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: defaultdict[str, ThrottleState] = defaultdict(ThrottleState)

    def update[T](self, host: str, change: Change[T]) -> T:
        with self._lock:
            return change(self._states[host], time.monotonic())


LOCAL_STATES = LocalStates()
_SLOT_RELEASED = threading.Condition()
_last_states: dict[str, tuple[bytes, float]] = {}
