"""A command of the workers that answers with the time of their machine: leases and evidence depend on it."""

import time
from typing import Any

from celery.worker.control import inspect_command

COMMAND = "wall_clock"


@inspect_command(name=COMMAND)
def wall_clock(state: Any) -> float:
    """Return the seconds since the epoch."""
    return time.time()
