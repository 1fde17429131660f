"""The state of the throttle of one host and the rules that change it, without clock, lock or storage.

Every method takes the time in seconds.
"""

from dataclasses import dataclass, field
from statistics import median
from typing import Any, Self

import orjson

START_RATE = 10  # requests a second
MAX_RATE = 40
MAX_CONCURRENT = 6
SLOW_RATE = 2  # for hosts at a fixed rate, and for hosts that refuse requests
SLOW_CONCURRENT = 2
SLOW_SECONDS = 600.0
HALVING_INTERVAL_SECONDS = 1.0  # the requests in flight at a halving were sent at the former rate
CAUTIOUS_SECONDS = 10.0  # after a halving the rate grows by one a second instead of one a response
SLOWDOWN_FACTOR = 3  # a Time to First Byte of more than three times the best
MIN_SLOWDOWN_MS = 100.0
# No other request is sent while a caller measures times; when it has ended, the waiting requests are sent first.
EXCLUSIVE_SECONDS = 15.0  # after the last request of a caller that did not end
QUIET_SECONDS = 0.5  # after the last request of a browser, which holds no slot
EXCLUSIVE_INTERVAL_SECONDS = 0.5
MAX_RECENT_TIMES = 5  # the median of so many times is compared with the best
LEASE_SECONDS = 45.0  # after this time, a slot that was not released is free
POLL_SECONDS = 0.05  # between two attempts while too many requests run
OVERLOAD_STATUSES = frozenset({429, 503})


@dataclass(frozen=True)
class ThrottleLimits:
    rate: int = SLOW_RATE  # requests a second, if not adaptive
    adaptive: bool = False  # from START_RATE up to `max_rate`
    max_rate: int = MAX_RATE


@dataclass(frozen=True)
class ThrottleObservation:
    status: int  # 0: there was no response in time
    ttfb_ms: float = 0.0
    ttfb_kind: str = ""  # the kind of requests with a comparable Time to First Byte; empty for none
    has_retry_after: bool = False


@dataclass
class RequestSlots:
    """When the last requests were started, and until when each slot is leased."""

    starts: list[float] = field(default_factory=list)
    slots: dict[str, float] = field(default_factory=dict)

    def acquire(self, slot: str, rate: int, concurrent: int, now: float) -> float:
        """Return the seconds to wait; 0: the slot is acquired."""
        if len(self.starts) >= rate and now - self.starts[-rate] < 1:
            return 1 - (now - self.starts[-rate])
        self.slots = {other: until for other, until in self.slots.items() if until > now}
        if len(self.slots) >= concurrent:
            return POLL_SECONDS
        self.record(now)
        self.slots[slot] = now + LEASE_SECONDS
        return 0.0

    def record(self, now: float) -> None:
        self.starts = [start for start in self.starts if now - start < 1] + [now]


@dataclass
class Timing:
    """Times to First Byte of one kind of request, in milliseconds: the best one and the last ones."""

    best: float
    recent: list[float]


@dataclass
class ThrottleState:
    rate: float = START_RATE
    adaptive: RequestSlots = field(default_factory=RequestSlots)
    # For callers at a fixed rate, and for all callers while the host is slow.
    fixed: RequestSlots = field(default_factory=RequestSlots)
    timings: dict[str, Timing] = field(default_factory=dict)
    backed_off_until: float = 0.0
    slow_until: float = 0.0
    halved_at: float = -1e9
    exclusive_caller: str = ""  # the caller to which slots are granted until `exclusive_until`
    exclusive_until: float = 0.0
    next_exclusive_at: float = 0.0

    def acquire(self, slot: str, limits: ThrottleLimits, now: float, caller: str = "") -> tuple[float, bool]:
        """Return the seconds to wait and whether by a Retry-After; 0: the slot is acquired."""
        if self.backed_off_until > now:
            return self.backed_off_until - now, True
        if now < self.exclusive_until and self.exclusive_caller != caller:
            return POLL_SECONDS, False
        if self._is_adaptive(limits, now):
            rate = max(1, int(min(self.rate, limits.max_rate)))
            # A server that slows down needs fewer requests at a time as well.
            return self.adaptive.acquire(slot, rate, min(rate, MAX_CONCURRENT), now), False
        rate = min(limits.rate, SLOW_RATE) if now < self.slow_until else limits.rate
        return self.fixed.acquire(slot, max(1, rate), SLOW_CONCURRENT, now), False

    def release(self, slot: str) -> None:
        self.adaptive.slots.pop(slot, None)
        self.fixed.slots.pop(slot, None)

    def acquire_exclusive(self, caller: str, now: float) -> float:
        """Grant slots to this caller only; return the seconds to wait for other requests to end."""
        if self.exclusive_caller != caller and now < max(self.exclusive_until, self.next_exclusive_at):
            return POLL_SECONDS
        self.exclusive_caller, self.exclusive_until = caller, now + EXCLUSIVE_SECONDS
        both = (self.adaptive, self.fixed)
        is_busy = any(until > now for slots in both for until in slots.slots.values())
        is_quiet = all(now - start >= QUIET_SECONDS for slots in both for start in slots.starts[-1:])
        return 0.0 if is_quiet and not is_busy else POLL_SECONDS

    def release_exclusive(self, caller: str, now: float) -> None:
        """Grant slots to all callers again."""
        if self.exclusive_caller == caller:
            self.exclusive_caller, self.exclusive_until = "", 0.0
            self.next_exclusive_at = now + EXCLUSIVE_INTERVAL_SECONDS

    def record(self, limits: ThrottleLimits, now: float) -> None:
        """Count a request that acquired no slot."""
        (self.adaptive if self._is_adaptive(limits, now) else self.fixed).record(now)

    def back_off(self, seconds: float, now: float) -> None:
        """Grant no slot for this time."""
        self.backed_off_until = max(self.backed_off_until, now + seconds)

    def observe(self, seen: ThrottleObservation, limits: ThrottleLimits, now: float) -> None:
        """Adapt the rate to a response."""
        if seen.status == 403:
            self.slow_until, self.rate = now + SLOW_SECONDS, START_RATE
        elif self._is_overloaded(seen):
            self._halve(now)
        elif 0 < seen.status < 500 and self._is_adaptive(limits, now) and self.rate < limits.max_rate:
            step = 1 / self.rate if now - self.halved_at < CAUTIOUS_SECONDS else 1
            self.rate = min(self.rate + step, limits.max_rate)

    def _is_adaptive(self, limits: ThrottleLimits, now: float) -> bool:
        return limits.adaptive and now >= self.slow_until

    def _halve(self, now: float) -> None:
        if now - self.halved_at >= HALVING_INTERVAL_SECONDS:
            self.rate, self.halved_at = max(1.0, self.rate / 2), now
            for timing in self.timings.values():  # times at the former rate say nothing about the new rate
                timing.recent = []

    def _is_overloaded(self, seen: ThrottleObservation) -> bool:
        # The time is noted in any case.
        slower = bool(seen.ttfb_kind) and seen.status == 200 and self._has_slowed_down(seen)
        return seen.status == 0 or seen.status in OVERLOAD_STATUSES or seen.has_retry_after or slower

    def _has_slowed_down(self, seen: ThrottleObservation) -> bool:
        timing = self.timings.setdefault(seen.ttfb_kind, Timing(seen.ttfb_ms, []))
        timing.best = min(timing.best, seen.ttfb_ms)
        timing.recent = [*timing.recent, seen.ttfb_ms][-MAX_RECENT_TIMES:]
        current = median(timing.recent)
        slower = current > max(SLOWDOWN_FACTOR * timing.best, timing.best + MIN_SLOWDOWN_MS)
        if slower and self.rate <= SLOW_RATE:
            # A host that is so slow at the lowest rate is not slowed down by our requests.
            timing.best = current
            return False
        return slower and len(timing.recent) == MAX_RECENT_TIMES

    def encode(self) -> bytes:
        return orjson.dumps(self)

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Read the output of `encode`; a new state if it is empty or malformed."""
        try:
            data: dict[str, Any] = orjson.loads(raw)
            return cls(
                **data
                | {
                    "adaptive": RequestSlots(**data["adaptive"]),
                    "fixed": RequestSlots(**data["fixed"]),
                    "timings": {name: Timing(**timing) for name, timing in data["timings"].items()},
                }
            )
        except (ValueError, TypeError, KeyError):
            return cls()
