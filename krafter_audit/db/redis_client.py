"""Connect to Redis with short timeouts. Redis holds hints and counters only; every caller works without it."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 0.5
RETRY_COOLDOWN_SECONDS = 2.0  # after a failure Redis is not called for this long, so that requests stay fast

_retry_at = 0.0


def call_or_default[T](call: Callable[[redis.Redis], T], default: T) -> T:
    """Return the result of `call`, or `default` if Redis is unavailable or was within the cooldown."""
    global _retry_at
    if time.monotonic() < _retry_at:
        return default
    try:
        return call(connection())
    except redis.RedisError:
        _retry_at = time.monotonic() + RETRY_COOLDOWN_SECONDS
        return default


class _ThreadClient(threading.local):
    client: redis.Redis | None = None


_thread = _ThreadClient()
# A forked child must not write to its parent's socket; only the forking thread exists in the child.
os.register_at_fork(after_in_child=lambda: _thread.__dict__.clear())


def connection() -> redis.Redis:
    """Return this thread's client, which keeps one connection open. Raises RedisError if Redis is unavailable.

    A connection pool costs as much per call as the call itself.
    """
    if _thread.client is None:
        _thread.client = create_client(settings.REDIS_URL, single_connection_client=True)
    return _thread.client


def create_client(url: str, **options: Any) -> redis.Redis:
    """Return a client that fails fast; it reconnects once if an idle connection was closed."""
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), retries=1, supported_errors=(redis.ConnectionError,)),
        **options,
    )
