"""The shutdown of a worker: long work checks for it at each step, and leaves the rest to another worker."""

import mmap

# A byte of shared memory, allocated before the worker forks its processes.
_flag = mmap.mmap(-1, 1)


def request_shutdown() -> None:
    """Tell all processes of this worker to stop."""
    _flag[0] = 1


def is_shutting_down() -> bool:
    """Tell whether the worker is to stop."""
    return bool(_flag[0])


def reset() -> None:
    """Withdraw the request."""
    _flag[0] = 0
