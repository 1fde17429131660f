"""Commands whose reader may stop reading, such as `./krafter doctor | head -1`."""

# Standard library only: `./krafter` imports it before the virtual environment exists.
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def exit_on_closed_pipe() -> Iterator[None]:
    """End the process with 1, and without a traceback, if the reader of standard output has closed the pipe."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes standard output when it exits, which would fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
