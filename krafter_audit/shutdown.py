"""The shutdown of a worker: long jobs check for it at each step and leave the rest to another worker."""

import mmap

# Shared memory, allocated before the worker forks: the main process sets it and its children read it.
_flag = mmap.mmap(-1, 1)


def request_shutdown() -> None:
    """Have all processes of this worker stop."""
    _flag[0] = 1


def is_shutting_down() -> bool:
    """Whether the worker is to stop."""
    return bool(_flag[0])


def reset() -> None:
    """Withdraw the request."""
    _flag[0] = 0
