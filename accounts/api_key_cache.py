"""Who calls, remembered for some seconds in each process, and forgotten everywhere at once when anything changes.

Every look-up is remembered with the generation that Redis named before it; any change of a key, a person, a
membership, an organisation or a project begins a new generation. A request learns the present one in the round trip
that counts it (`rate_limits.take`), so what was remembered in an older one is not used. Without Redis nothing is
remembered.
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
SECONDS = 10  # at most, should Redis lose a generation
MOST = 1000  # callers remembered in one process

_remembered: dict[tuple[str, str], tuple[Caller, bytes, float]] = {}


def remembered(header: str | None, slug: str) -> tuple[Caller, bytes] | None:
    """Return a caller who was looked up a short while ago, and in which generation."""
    kept = _remembered.get(_place(header, slug))
    if kept is None or time.time() >= kept[2]:
        return None
    return kept[:2]


def look_up(header: str | None, slug: str) -> Caller:
    """Find a caller and remember them. Raises Unauthorized; a refusal is not remembered."""
    generation = redis_client.call_or_default(_generation, None)
    caller = api_keys.authenticate(header, slug=slug)
    if generation:
        if len(_remembered) >= MOST:
            _remembered.clear()
        until = min(time.time() + SECONDS, caller.expires_at)
        _remembered[_place(header, slug)] = (caller, generation, until)
    return caller


def _place(header: str | None, slug: str) -> tuple[str, str]:
    return api_keys.digest(header or ""), slug  # the key itself is not kept, in memory either


def forget() -> None:
    """Begin a new generation: now, and once more when the change can be seen by others."""
    begin = lambda: redis_client.call_or_default(lambda server: server.set(GENERATION, _new()), None)  # noqa: E731
    begin()
    transaction.on_commit(begin)


def forget_with(*kinds: type[models.Model]) -> None:
    """Forget whenever a row of these models is saved or deleted."""
    for kind in kinds:
        post_save.connect(_forget, sender=kind)
        post_delete.connect(_forget, sender=kind)


def _forget(**kwargs: Any) -> None:
    forget()


def _generation(server: Any) -> bytes:
    first = _new()
    return bytes(server.set(GENERATION, first, nx=True, get=True) or first)


def _new() -> bytes:
    return os.urandom(8).hex().encode()
