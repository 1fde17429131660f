"""Respond to a GET when a row is done, or after the seconds of `?wait=`.

A waiting request holds a thread of the web server, so each process has few waiters; further requests do not wait.
"""

import threading
import time
from collections.abc import Callable

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from krafter_audit.api.lists.pagination import integer_parameter
from krafter_audit.shutdown import is_shutting_down

MAX_WAIT_SECONDS = 60
MAX_WAITERS = 8  # of each process; a third of the threads of krafter_audit/server.py
POLL_SECONDS = 0.25
WAIT_PARAMETER = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": MAX_WAIT_SECONDS, "default": 0},
    description="The seconds after which the response is sent if the work is not done before. Under load the response "
    "may be sent at once.",
)

_waiters = threading.BoundedSemaphore(MAX_WAITERS)


def requested_seconds(params: QueryDict) -> int:
    """Return the seconds of `?wait=`, 0 without it. Raises InvalidParams."""
    return integer_parameter(params, "wait", 0, 0, MAX_WAIT_SECONDS)


def wait_until(is_done: Callable[[], bool], seconds: float) -> None:
    """Return when `is_done` returns True or time is over; at once with too many waiters."""
    if seconds <= 0 or not _waiters.acquire(blocking=False):
        return
    try:
        deadline = time.monotonic() + seconds
        while not is_done() and not is_shutting_down():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(POLL_SECONDS, left))
    finally:
        _waiters.release()
