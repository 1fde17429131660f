"""A few threads of a process at a time: what takes megabytes for each is no faster for more, as one runs at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

PATIENCE = 10.0  # seconds


class Gate:
    """Lets so many in at once; the others wait. Nobody is refused: who has waited long enough goes in all the same."""

    def __init__(self, most: int) -> None:
        self._free = BoundedSemaphore(most)

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Be inside for the block."""
        is_counted = self._free.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if is_counted:
                self._free.release()
