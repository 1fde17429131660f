import os
from collections.abc import Iterable

from scanner.browser.process_guard import is_running


class Killed(BaseException):
    """Stands for SIGKILL: no code of ours runs after it."""


def survivors(pids: Iterable[int]) -> list[int]:
    """Return those of the processes that still run."""
    return [pid for pid in pids if is_running(pid)]


def kill(pids: Iterable[int]) -> None:
    """Kill the processes as `kill -9` does."""
    for pid in pids:
        os.kill(pid, 9)
