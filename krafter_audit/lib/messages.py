"""A message as Celery's workers read it (its protocol 2), sent by kombu alone: the web needs no more of Celery.

https://docs.celeryq.dev/en/stable/internals/protocol.html
"""

import os
from fnmatch import fnmatchcase
from functools import cache
from typing import Any
from uuid import uuid4

import redis
import structlog
from django.conf import settings
from kombu import Connection, Exchange, Queue
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import ProducerPool

logger = structlog.get_logger(__name__)
# What says that the broker is away. kombu lets the errors of its driver through.
AWAY = (OperationalError, LimitExceeded, redis.RedisError, OSError)
MOST_CONNECTIONS = 4  # of a process; a message is sent in less than a millisecond
PATIENCE = 1.0  # seconds in which one of them must come back
FOLLOWED_BY = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def publish(name: str, arguments: tuple[str, ...]) -> None:
    """Send a job to the broker, with what the log's lines carry here. Raises one of AWAY."""
    queue, headers = queue_named(queue_of(name)), headers_of(name, arguments)
    with _producers(settings.CELERY_BROKER_URL).acquire(block=True, timeout=PATIENCE) as producer:
        producer.publish(
            (arguments, {}, FOLLOWED_BY),
            serializer="json",
            headers=headers,
            correlation_id=headers["id"],
            reply_to="",
            exchange="",  # the nameless one, which takes a message to the queue that its key names
            routing_key=queue.name,
            declare=[queue],
        )
    logger.info("task_enqueued", child_task_id=headers["id"], child_task_name=name, routing_key=queue.name)


def headers_of(name: str, arguments: tuple[str, ...]) -> dict[str, Any]:
    """Say what is to be run. No limit of time is sent: the job's own, which its worker knows, are the ones to hold."""
    context = structlog.contextvars.get_contextvars()
    if "task_id" in context:  # a job sends this one
        context["parent_task_id"] = context.pop("task_id")
    pk = str(uuid4())
    return {
        "lang": "py",
        "task": name,
        "id": pk,
        "root_id": pk,
        "parent_id": context.get("parent_task_id"),
        "group": None,
        "argsrepr": repr(arguments),
        "kwargsrepr": "{}",
        "retries": 0,
        "eta": None,
        "expires": None,
        "timelimit": [None, None],
        "origin": f"{os.getpid()}@{os.uname().nodename}",
        "ignore_result": True,
        "__django_structlog__": context,  # what its worker takes over into the lines of the job
    }


@cache
def queue_of(name: str) -> str:
    """Return the queue that a job goes to, found as Celery finds it: by its name, else by the first pattern."""
    routes = settings.CELERY_TASK_ROUTES
    patterns = [pattern for pattern in routes if "*" in pattern and fnmatchcase(name, pattern)]
    route = routes.get(name) or (routes[patterns[0]] if patterns else {})
    return str(route.get("queue", "celery"))


@cache
def queue_named(name: str) -> Queue:
    """Return a queue as its workers declare it too."""
    return Queue(name, Exchange(name, type="direct"), routing_key=name)


@cache
def _producers(url: str) -> ProducerPool:
    """Return the connections of this process to a broker; a thread takes the one that came back last."""
    broker = Connection(url, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    return ProducerPool(broker.Pool(limit=MOST_CONNECTIONS), limit=MOST_CONNECTIONS)


# Two processes must not write into one socket: a child opens its own.
os.register_at_fork(after_in_child=_producers.cache_clear)
