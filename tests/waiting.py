import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], *, seconds: float = 10) -> bool:
    """Return whether the condition comes to hold within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
