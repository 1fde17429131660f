"""Threads that start together against PostgreSQL.

Each keeps its connection from one round to the next: what is raced is transactions, and a new connection takes longer
than any of them.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection

type Race = Callable[..., list[Any]]

MOST_SECONDS = 30


@contextmanager
def racers(count: int) -> Iterator[Race]:
    """Give what runs so many actions in threads that start together: it answers what each returned or raised."""
    with ThreadPoolExecutor(count) as pool:

        def race(*actions: Callable[[], Any]) -> list[Any]:
            start = threading.Barrier(len(actions))
            running = [pool.submit(_run, start, action) for action in actions]
            return [one.result(timeout=MOST_SECONDS) for one in running]

        try:
            yield race
        finally:
            race(*[lambda: connection.close()] * count)  # each thread has a connection of its own


def _run(start: threading.Barrier, action: Callable[[], Any]) -> Any:
    """All wait for all, so that no thread takes two of the actions."""
    try:
        connection.ensure_connection()
        start.wait(timeout=10)
        return action()
    except BaseException as error:  # noqa: BLE001 - handed to the test, which compares it
        return error


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions in threads that start together and answer what each returned or raised."""
    with racers(len(actions)) as race:
        return race(*actions)
