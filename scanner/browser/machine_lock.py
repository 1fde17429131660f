"""Locks between the processes of this machine: a timed load runs alone.

Containers with separate temporary directories do not see each other's locks: give each its own processors.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

DIRECTORY = Path(tempfile.gettempdir())


@contextmanager
def lab_slot() -> Iterator[None]:
    """Lock the machine for a timed load: wait for running visits to end, and let no other begin."""
    # A visit at the same time would take processor time, and the page would seem slow.
    with _locked("next", fcntl.LOCK_EX), _locked("running", fcntl.LOCK_EX):
        yield


@contextmanager
def visit_slot() -> Iterator[None]:
    """Hold a place for an untimed visit: wait for a timed load that is running or waiting."""
    with ExitStack() as running:
        # A waiting timed load holds the first lock, so that visits that overlap each other cannot keep it waiting.
        with _locked("next", fcntl.LOCK_EX):
            running.enter_context(_locked("running", fcntl.LOCK_SH))
        yield


@contextmanager
def _locked(name: str, operation: int) -> Iterator[None]:
    path = DIRECTORY / f"krafter-{os.geteuid()}-{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        # An advisory lock ends with its process, also with a killed one.
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)
