"""A request with `?wait=` is answered when the work is done; few requests wait at the same time."""

import threading
import time

import pytest
from django.http import QueryDict

from krafter_audit import shutdown
from krafter_audit.api import long_polling
from krafter_audit.api.errors import InvalidParams


@pytest.mark.parametrize(("query", "seconds"), [("", 0), ("wait=0", 0), ("wait=60", 60), ("wait=007", 7)])
def test_seconds_are_read(query: str, seconds: int) -> None:
    assert long_polling.requested_seconds(QueryDict(query)) == seconds


@pytest.mark.parametrize(
    ("query", "message"),
    [
        *(
            (f"wait={value}", "Use a whole number from 0 to 60.")
            for value in ("", "61", "00100", "-1", "1.5", "x", "99999999999999")
        ),
        ("wait=1&wait=2", "Send this once."),
    ],
)
def test_other_values_are_rejected(query: str, message: str) -> None:
    with pytest.raises(InvalidParams) as error:
        long_polling.requested_seconds(QueryDict(query))

    assert error.value.details == {"wait": [message]}


def test_wait_ends_when_the_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_polling, "POLL_SECONDS", 0.01)
    answers = [False, False, True]

    started = time.monotonic()
    long_polling.wait_until(lambda: answers.pop(0), 30)

    assert (answers, time.monotonic() - started < 5) == ([], True)


@pytest.mark.slow
def test_wait_ends_when_the_time_is_over() -> None:
    started = time.monotonic()
    long_polling.wait_until(lambda: False, 0.3)

    assert 0.3 <= time.monotonic() - started < 5


def test_wait_ends_at_shutdown() -> None:
    shutdown.request_shutdown()
    try:
        started = time.monotonic()
        long_polling.wait_until(lambda: False, 30)
        assert time.monotonic() - started < 5
    finally:
        shutdown.reset()


@pytest.mark.slow
def test_request_beyond_the_waiters_is_answered_at_once() -> None:
    done = threading.Event()
    waiting = [
        threading.Thread(target=long_polling.wait_until, args=(done.is_set, 30))
        for _ in range(long_polling.MAX_WAITERS)
    ]
    for thread in waiting:
        thread.start()
    try:
        started = time.monotonic()
        long_polling.wait_until(lambda: False, 30)
        seconds = time.monotonic() - started
    finally:
        done.set()
        for thread in waiting:
            thread.join()
    freed = time.monotonic()
    long_polling.wait_until(lambda: False, 0.1)

    assert seconds < 5
    assert time.monotonic() - freed >= 0.1  # the waiters' places are free again
