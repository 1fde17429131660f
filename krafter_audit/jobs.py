"""Waking a worker up. The row is the truth, so a message that is lost costs time and nothing else.

A job is known by its name, and what carries its message is imported with the first that is sent: every service knows
this module, and most requests send nothing.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

logger = logging.getLogger(__name__)
REST_AFTER_FAILURE = (
    2.0  # seconds in which a broker that is away is not tried again, so that requests stay fast
)
NOBODY_CAME = timedelta(seconds=60)  # after which it is asked whether a worker takes from a queue at all
ANSWER_GOOD_FOR = 30.0  # seconds
_resting_until = 0.0
_queues_taken: tuple[float, set[str]] = (float("-inf"), set())


def nudge(name: str, *arguments: str) -> None:
    """Ask a worker to run a job once the current transaction has committed. Never raises: a sweep sends it again."""
    transaction.on_commit(lambda: send(name, *arguments))


def send(name: str, *arguments: str) -> bool:
    """Send a job to the broker now; False when the broker is away."""
    from krafter_audit.lib import messages

    global _resting_until
    if time.monotonic() < _resting_until:
        return False
    try:
        messages.publish(name, arguments)
    except messages.AWAY as error:
        _resting_until = time.monotonic() + REST_AFTER_FAILURE
        logger.warning("the broker is away, a sweep will send %s again: %s", name, type(error).__name__)
        return False
    return True


def nobody_comes(queue: str, *, since: datetime) -> bool:
    """Whether work has waited in the queue since then, for a while, and no worker takes any."""
    return since < timezone.now() - NOBODY_CAME and not is_worked_on(queue)


def is_worked_on(queue: str) -> bool:
    """Whether a worker takes messages from the queue. Yes when none can be asked.

    All workers are asked, which takes a second; the answer is good for half a minute.
    """
    from celery import current_app
    from kombu.exceptions import OperationalError

    asked_at, taken = _queues_taken
    if time.monotonic() - asked_at > ANSWER_GOOD_FOR:
        try:
            answers = current_app.control.inspect(timeout=1.0).active_queues()
        except (OperationalError, OSError):
            return True
        taken = {each["name"] for queues in (answers or {}).values() for each in queues}
        _remember(time.monotonic(), taken)
    return queue in taken


def _remember(asked_at: float, taken: set[str]) -> None:
    global _queues_taken
    _queues_taken = (asked_at, taken)
