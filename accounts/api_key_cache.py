"""A cache of authenticated callers in each process, invalidated in all processes at once.

Each entry has the generation that Redis returned before the lookup. Any change of an API key, user, membership,
organisation or project starts a new generation. A request reads the current generation in the round trip that counts
it (`rate_limits.take`), so that older entries are not used. Without Redis nothing is cached.
"""

import os
import time
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save

from accounts import api_keys
from accounts.api_keys import Caller
from krafter_audit.db import redis_client

GENERATION = "krafter:callers"
MAX_AGE_SECONDS = 10  # in case Redis loses a generation
MAX_ENTRIES = 1000

_entries: dict[tuple[str, str], tuple[Caller, bytes, float]] = {}


def cached_caller(header: str | None, slug: str) -> tuple[Caller, bytes] | None:
    """Return a cached caller and its generation; None if it is not cached or expired."""
    entry = _entries.get(_cache_key(header, slug))
    if entry is None or time.time() >= entry[2]:
        return None
    return entry[:2]


def look_up(header: str | None, slug: str) -> Caller:
    """Authenticate a caller and cache the result. Raises Unauthorized, which is not cached."""
    generation = redis_client.call_or_default(_generation, None)
    caller = api_keys.authenticate(header, slug=slug)
    if generation:
        if len(_entries) >= MAX_ENTRIES:
            _entries.clear()
        until = min(time.time() + MAX_AGE_SECONDS, caller.expires_at)
        _entries[_cache_key(header, slug)] = (caller, generation, until)
    return caller


def _cache_key(header: str | None, slug: str) -> tuple[str, str]:
    return api_keys.digest(header or ""), slug  # never the key itself


def invalidate() -> None:
    """Start a new generation now, and again when the change is committed."""
    _start_generation()
    transaction.on_commit(_start_generation)


def invalidate_on_change(*row_models: type[models.Model]) -> None:
    """Invalidate the cache when a row of these models is saved or deleted."""
    for model in row_models:
        post_save.connect(_row_changed, sender=model)
        post_delete.connect(_row_changed, sender=model)


def _row_changed(**kwargs: Any) -> None:
    invalidate()


def _start_generation() -> None:
    redis_client.call_or_default(lambda server: server.set(GENERATION, _new_generation()), None)


def _generation(server: Any) -> bytes:
    first = _new_generation()
    return bytes(server.set(GENERATION, first, nx=True, get=True) or first)


def _new_generation() -> bytes:
    return os.urandom(8).hex().encode()
