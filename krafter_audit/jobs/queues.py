"""Enqueue jobs by their names. A job is a task of Celery; a task is remediation work."""

import logging
import time
from datetime import datetime, timedelta

import redis
from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from krafter_audit.jobs import consumed_queues

logger = logging.getLogger(__name__)
BROKER_ERRORS = (OperationalError, redis.RedisError, OSError)  # kombu lets some errors of its driver through
RETRY_COOLDOWN_SECONDS = 2.0  # no call to the broker after a failure, so that requests stay fast
STALLED_AFTER = timedelta(seconds=60)
# The queues that a worker consumes by default; only workers with a browser consume BROWSER_QUEUES (--queues).
DEFAULT_QUEUES = ("celery", "sync", "webhook", "export", "scan_http", "verify_http")
BROWSER_QUEUES = ("scan_browser", "verify_browser")
QUEUES = DEFAULT_QUEUES + BROWSER_QUEUES
# A worker takes such a message only when its queues have no other; 0, the default, is the highest priority.
LOW_PRIORITY = 9

_retry_at = 0.0


def enqueue_on_commit(name: str, *arguments: str) -> None:
    """Enqueue a job once the transaction has committed; an unavailable broker raises nothing."""
    transaction.on_commit(lambda: enqueue(name, *arguments))


def enqueue(name: str, *arguments: str, priority: int = 0) -> bool:
    """Enqueue a job now; return False if the broker is unavailable."""
    global _retry_at
    if time.monotonic() < _retry_at:
        return False
    try:
        current_app.send_task(name, arguments, retry=False, ignore_result=True, priority=priority)
    # A message is a hint: the row records the work, and a beat job enqueues it again.
    except BROKER_ERRORS as error:
        _retry_at = time.monotonic() + RETRY_COOLDOWN_SECONDS
        logger.warning("The broker is unavailable, %s will be enqueued later: %s", name, type(error).__name__)
        return False
    return True


def lists_of(queue: str) -> list[str]:
    """Return the lists in Redis of a queue's messages: one for each priority, as kombu names them."""
    return [queue, f"{queue}\x06\x16{LOW_PRIORITY}"]


def queue_is_stalled(queue: str, *, since: datetime) -> bool:
    """Return whether work has waited in the queue for over a minute and no worker consumes it."""
    return since < timezone.now() - STALLED_AFTER and not queue_has_consumers(queue)


def queue_has_consumers(queue: str) -> bool:
    """Return whether a worker consumes the queue; True if unknown."""
    return consumed_queues.is_consumed(queue) is not False
