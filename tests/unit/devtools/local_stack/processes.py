"""Queries about processes for the tests of this package."""

import os
import time
from collections.abc import Callable, Iterable

from scanner.browser.process_guard import is_running


def eventually(condition: Callable[[], object], *, seconds: float = 10) -> bool:
    """Return whether the condition comes to hold within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def survivors(pids: Iterable[int]) -> list[int]:
    """Return those of the processes that still run."""
    return [pid for pid in pids if is_running(pid)]


def kill(pids: Iterable[int]) -> None:
    """Kill the processes as `kill -9` does."""
    for pid in pids:
        os.kill(pid, 9)
