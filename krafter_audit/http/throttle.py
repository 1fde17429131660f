"""The interface for rate limits per target host, and the Retry-After header."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

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

    def observe(
        self,
        url: ParsedUrl,
        status: int,
        ttfb_ms: float = 0.0,
        *,
        timed: str = "",
        retry_after: bool = False,
        address: str = "",
    ) -> None:
        """Adapt the pace to a response; status 0: it did not arrive in time.

        `timed` names the kind of requests with which `ttfb_ms` may be compared; empty if with none.
        """

    def back_off(self, url: ParsedUrl, seconds: float) -> None:
        """Send no request to the host for the time of its Retry-After header."""


def parse_retry_after(header: str | None) -> float:
    """Return the seconds of a Retry-After header, a number or date (RFC 9110, section 10.2.3); 0 for none."""
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # a year of many digits
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
