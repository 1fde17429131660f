"""Cache API key lookups in each process for some seconds, and invalidate them everywhere on any change.

A change of a key, user, membership, organisation or project replaces the generation, a random value in Redis; callers
that were cached in an earlier generation are not used. Without Redis nothing is cached.
"""

import secrets
import time
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save

from accounts import api_keys
from accounts.api_keys import Caller
from krafter_audit.api.errors import Unauthorized
from krafter_audit.db import redis_client

GENERATION_KEY = "krafter:callers"
TTL_SECONDS = 10  # limits the damage if Redis loses a generation
MAX_ENTRIES = 1000

_entries: dict[tuple[str, str], tuple[Caller, bytes, float]] = {}


def get(header: str | None, slug: str) -> tuple[Caller, bytes] | None:
    """Return a cached caller and its generation, which the request compares (`rate_limits.hit`)."""
    entry = _entries.get(_entry_key(header, slug))
    if entry is None or time.time() >= entry[2]:
        return None
    return entry[:2]


def was_valid(header: str | None) -> bool:
    """Return whether the key was valid at this process's last lookup of it for any project, however long ago."""
    return bool(_entry_keys(header))


def load(header: str | None, slug: str) -> Caller:
    """Authenticate a caller and cache it. Raises Unauthorized, which is not cached."""
    # The generation is read first: a change during the lookup makes the entry stale.
    generation = redis_client.call_or_default(_generation, None)
    try:
        caller = api_keys.authenticate(header, slug=slug)
    except Unauthorized:
        for entry_key in _entry_keys(header):
            _entries.pop(entry_key, None)
        raise
    if generation:
        # Invalid keys are not cached, so that only valid ones can fill the cache.
        if len(_entries) >= MAX_ENTRIES:
            _entries.clear()
        expires_at = min(time.time() + TTL_SECONDS, caller.expires_at)
        _entries[_entry_key(header, slug)] = (caller, generation, expires_at)
    return caller


def invalidate_on_change_of(*senders: type[models.Model]) -> None:
    """Invalidate whenever a row of these models is saved or deleted."""
    for sender in senders:
        post_save.connect(_invalidate, sender=sender)
        post_delete.connect(_invalidate, sender=sender)


def _invalidate(**kwargs: Any) -> None:
    _begin_generation()
    # Again after the commit: until then other processes cache callers with the old rows.
    transaction.on_commit(_begin_generation)


def _begin_generation() -> None:
    redis_client.call_or_default(lambda server: server.set(GENERATION_KEY, _new_generation()), None)


def _entry_key(header: str | None, slug: str) -> tuple[str, str]:
    return api_keys.digest(header or ""), slug  # never the API key itself


def _entry_keys(header: str | None) -> list[tuple[str, str]]:
    digest = api_keys.digest(header or "")
    return [entry_key for entry_key in list(_entries) if entry_key[0] == digest]


def _generation(server: Any) -> bytes:
    # SET NX GET: the first process after a loss of Redis sets the generation, the others read it.
    first = _new_generation()
    return bytes(server.set(GENERATION_KEY, first, nx=True, get=True) or first)


def _new_generation() -> bytes:
    return secrets.token_hex(8).encode()
