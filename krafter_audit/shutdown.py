"""Whether this worker is about to end: work that takes long stops at its next step and leaves the rest to another."""

import mmap

# One byte that a worker's processes share: it is made before they are forked, and the first of them learns of the end.
_flag = mmap.mmap(-1, 1)


def stop() -> None:
    """Say to all processes of this worker that it is about to end."""
    _flag[0] = 1


def is_stopping() -> bool:
    """Tell whether the worker is about to end."""
    return bool(_flag[0])


def go_on() -> None:
    """Take it back."""
    _flag[0] = 0
