"""A span for each outbound request, where traces are on (krafter_audit/telemetry.py)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

type RecordStatus = Callable[[int], None]
type StartSpan = Callable[[str, str], AbstractContextManager[RecordStatus]]

_OFF = nullcontext(lambda status: None)
_start_span: StartSpan | None = None


def use(start_span: StartSpan | None) -> None:
    """Start a span for each request of this process with this function; None ends that."""
    global _start_span
    _start_span = start_span


def outbound_request(method: str, host: str) -> AbstractContextManager[RecordStatus]:
    """Return a context that is a request to a host; it yields a function that takes the status of the response."""
    return _OFF if _start_span is None else _start_span(method, host)
