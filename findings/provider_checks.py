"""Checks that ask somebody else: the provider whose alert a finding came from says whether it is mended.

Whoever knows the providers registers itself here when the application starts; the engine of verifications asks by key
and knows no more.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache

from findings.models import Finding
from scanner.outcome import Outcome

# The finding, the key of the check, and when its fix was ready. Whatever goes wrong is an inconclusive outcome.
type Ask = Callable[[Finding, str, datetime], Outcome]
# Who answers which keys, none of which a check of the site has.
type Askers = Callable[[], Mapping[str, Ask]]

_REGISTERED: list[Askers] = []


def register(askers: Askers) -> None:
    """Let these answer. They are called when the first key is looked up: only workers ask, and the vendors are many."""
    _REGISTERED.append(askers)
    _askers.cache_clear()


def asker_of(key: str) -> Ask | None:
    """Return who answers a key; None where the site itself is looked at."""
    return _askers().get(key)


@cache
def _askers() -> dict[str, Ask]:
    return {key: ask for askers in _REGISTERED for key, ask in askers().items()}
