"""Checks that ask somebody else: the provider whose alert a finding came from says whether it is mended.

Whoever knows the providers registers itself here when the application starts; the engine of verifications asks by key
and knows no more.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from findings.checks.outcome import Outcome
from findings.models import Finding

# The finding, the key of the check, and when its fix was ready. Whatever goes wrong is an inconclusive outcome.
type Ask = Callable[[Finding, str, datetime], Outcome]

ASKERS: dict[str, Ask] = {}


def register(keys: Iterable[str], ask: Ask) -> None:
    """Let `ask` answer these keys, which no check of the site has."""
    ASKERS.update(dict.fromkeys(keys, ask))


def asker_of(key: str) -> Ask | None:
    """Return who answers a key; None where the site itself is looked at."""
    return ASKERS.get(key)
