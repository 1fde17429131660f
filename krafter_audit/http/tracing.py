"""Spans of outbound requests, where traces are on (krafter_audit/telemetry.py)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

type RecordStatus = Callable[[int], None]
type StartSpan = Callable[[str, str], AbstractContextManager[RecordStatus]]

_OFF = nullcontext(lambda status: None)
_start_span: StartSpan | None = None


def register(start_span: StartSpan | None) -> None:
    """Start spans of this process's requests with this function; None ends that."""
    global _start_span
    _start_span = start_span


def outbound_request(method: str, host: str) -> AbstractContextManager[RecordStatus]:
    """Return the context of a request to a host; it yields a function that takes the response's status."""
    return _OFF if _start_span is None else _start_span(method, host)
