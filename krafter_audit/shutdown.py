"""The shutdown of a worker: long jobs check for it at each step."""

import mmap

# Shared memory, allocated before the worker forks: the main process sets it and its children read it.
_flag = mmap.mmap(-1, 1)


def request_shutdown() -> None:
    _flag[0] = 1


def is_shutting_down() -> bool:
    return bool(_flag[0])


def reset() -> None:
    _flag[0] = 0
