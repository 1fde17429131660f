"""Jobs that work on rows of several organisations: a failed row must not stop the others."""

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

logger = logging.getLogger(__name__)
MAX_FAILURES = 10  # after so many, probably all rows fail
MAX_FRAMES = 20  # in the log: an error of the database has half as many in the framework


@dataclass
class Isolation:
    """Whether the block has raised."""

    failed: bool = False


@contextmanager
def isolated(work: str, row: object, *, except_for: tuple[type[Exception], ...] = ()) -> Iterator[Isolation]:
    """Log an exception of the block, with what it worked on, instead of raising it.

    Raises those of `except_for`, SoftTimeLimitExceeded, which ends the job, and what was raised when the connection to
    the database is lost or its transaction is broken: the other rows would fail too.
    """
    isolation = Isolation()
    try:
        yield isolation
    except Exception as error:
        if isinstance(error, (SoftTimeLimitExceeded, *except_for)) or not connection.is_usable():
            raise
        isolation.failed = True
        log_failure(work, row, error)


def log_failure(work: str, row: object, error: Exception) -> None:
    # Only the place: the message may contain a secret, or a client's data.
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    place = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    logger.error("%s of %s failed: %s at %s", work, row, type(error).__name__, place)


def one_by_one[Row](work: str, rows: Iterable[Row], process: Callable[[Row], int]) -> int:
    """Process the rows of a batch that has failed, each by itself, until MAX_FAILURES of them have failed.

    Returns how many were processed. The rows come in any order, so that the same failures do not keep others back.
    """
    done = failures = 0
    for row in rows:
        with isolated(work, row) as isolation:
            done += process(row)
        failures += isolation.failed
        if failures == MAX_FAILURES:
            break
    return done
