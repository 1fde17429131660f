"""A command that returns the time of a worker's machine: leases and evidence depend on it."""

import time
from typing import Any

from celery.worker.control import inspect_command

COMMAND = "wall_clock"


@inspect_command(name=COMMAND)
def wall_clock(state: Any) -> float:
    """Return the seconds since the epoch."""
    return time.time()
