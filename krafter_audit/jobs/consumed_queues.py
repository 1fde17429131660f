"""Record in Redis which queues the workers consume."""

import logging
from collections.abc import Iterable
from typing import Any

import redis
from celery import bootsteps
from django.conf import settings

from krafter_audit.db import redis_client

logger = logging.getLogger(__name__)
# Not Celery's inspection: a worker on a busy machine would respond too late, and seem absent.
RECORD_SECONDS = 10.0  # between two records of a worker
EXPIRY_SECONDS = 60  # a queue without a record for so long has no worker
PREFIX = "krafter:consumed:"


class ConsumedQueuesStep(bootsteps.StartStopStep):
    """The part of a worker's main process that records its queues (krafter_audit/celery.py)."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._server = redis_client.create_client(settings.REDIS_URL)
        self._timer: Any = None

    def start(self, worker: Any) -> None:
        queues = list(worker.app.amqp.queues.consume_from)
        record(self._server, queues)
        self._timer = worker.timer.call_repeatedly(RECORD_SECONDS, record, (self._server, queues))

    def stop(self, worker: Any) -> None:
        if self._timer:
            self._timer.cancel()


def record(server: redis.Redis, queues: list[str]) -> None:
    try:
        pipeline = server.pipeline(transaction=False)
        for queue in queues:
            pipeline.set(f"{PREFIX}{queue}", 1, ex=EXPIRY_SECONDS)
        pipeline.execute()
    except redis.RedisError as error:
        logger.warning("the consumed queues could not be recorded: %s", type(error).__name__)


def find_consumed(server: redis.Redis, queues: Iterable[str]) -> set[str]:
    """Return which of the queues a worker consumes. Raises redis.RedisError."""
    names = list(queues)
    records = server.mget([f"{PREFIX}{name}" for name in names])
    return {name for name, found in zip(names, records, strict=True) if found}


def is_consumed(queue: str) -> bool | None:
    """Return whether a worker consumes the queue; None if Redis is unavailable."""
    return redis_client.call_or_default(lambda server: queue in find_consumed(server, [queue]), None)
