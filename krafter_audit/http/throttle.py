"""How fast a host is asked: what a client is given when it has to be polite."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from krafter_audit.http.urls import Target


class Pace:
    """Lets every request go at once. One that is polite (`scans/worker/host_throttle.py`) waits for its turn."""

    @contextmanager
    def turn(self, target: Target) -> Iterator[float]:
        """Hold a turn while a request is made; gives the seconds waited for it. Raises TimedOut or Unreachable."""
        yield 0.0

    def leave_alone(self, target: Target, seconds: float) -> None:
        """Let nobody ask the host for so long: it has asked for that."""


def seconds_to_wait(retry_after: str | None) -> float:
    """Return the seconds of a Retry-After header, a number or a date (RFC 9110, section 10.2.3); 0 for none."""
    said = (retry_after or "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
