"""Locks between the processes of this machine: a timed load runs alone, untimed visits run beside each other.

A visit beside a timed load would take its processor time, and the page would seem slow. The locks are advisory locks on
files in the temporary directory, so they end with their process. Containers with a temporary directory of their own do
not see each other's locks: let each have its own processors.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def lab_slot() -> Iterator[None]:
    """Hold the machine for a timed load: wait for running visits to end, and let no other begin."""
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
    path = Path(tempfile.gettempdir()) / f"krafter-{os.geteuid()}-{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)
