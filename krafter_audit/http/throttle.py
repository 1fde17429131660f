"""The interface for rate limits per target host."""

from collections.abc import Iterator
from contextlib import contextmanager

from krafter_audit.http.throttle_state import ThrottleObservation
from krafter_audit.http.urls import ParsedUrl


class HostThrottle:
    """No limit; `scans/worker/host_throttle.py` limits the requests to a host over all workers."""

    @contextmanager
    def slot(self, url: ParsedUrl) -> Iterator[float]:
        """Hold a slot during a request; yields the seconds waited. Raises TimedOut or Unreachable."""
        yield 0.0

    @contextmanager
    def exclusive(self, url: ParsedUrl) -> Iterator[None]:
        """Send no other requests to the host than those of this thread. Raises TimedOut."""
        yield

    def record(self, url: ParsedUrl) -> None:
        """Count a request without a slot, such as a browser's."""

    def observe(self, url: ParsedUrl, seen: ThrottleObservation, *, address: str = "") -> None:
        """Adapt the request rate to a response, which came from this address."""

    def back_off(self, url: ParsedUrl, seconds: float) -> None:
        """Send no request to the host for the time of its Retry-After header."""
