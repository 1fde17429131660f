"""Connect to Redis, which holds hints and counters only; all callers work without it."""

import time
from collections.abc import Callable
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

# A request waits for Redis at most this long.
TIMEOUT_SECONDS = 0.5
RETRY_COOLDOWN_SECONDS = 2.0  # after a failure Redis is not called for this long, so that requests stay fast

_retry_at = 0.0


def call_or_default[T](call: Callable[[redis.Redis], T], default: T) -> T:
    """Return the result of `call`, or `default` if Redis is unavailable."""
    global _retry_at
    if time.monotonic() < _retry_at:
        return default
    try:
        return call(connection())
    except redis.RedisError:
        _retry_at = time.monotonic() + RETRY_COOLDOWN_SECONDS
        return default


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """Return this process's client, which all threads share."""
    return create_client(settings.REDIS_URL)


@lru_cache
def script(source: str) -> "redis.commands.core.Script":
    """Return the Lua script, which Redis keeps after its first run."""
    return connection().register_script(source)


def create_client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        # One retry reconnects if an idle connection was closed.
        retry=Retry(NoBackoff(), retries=1, supported_errors=(redis.ConnectionError,)),
    )


def require_writes(server: redis.Redis) -> None:
    """Write a key. Raises redis.RedisError."""
    # A full or read-only server still answers PING.
    server.set("krafter:health", "1", ex=60)
