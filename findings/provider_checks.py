"""Checks that an integration answers, by reading an alert or issue at its provider again."""

from collections.abc import Callable, Mapping
from datetime import datetime

from findings.models import Finding
from scanner.outcome import Outcome

# Arguments: the finding, the key of the check, and when the fix was ready. Errors are inconclusive outcomes.
type ProviderCheck = Callable[[Finding, str, datetime], Outcome]

# The app with the providers registers its functions at start, since imports only go down.
_CHECKS: dict[str, ProviderCheck] = {}


def register(checks: Mapping[str, ProviderCheck]) -> None:
    """Add the functions that recheck a finding, by provider check key."""
    _CHECKS.update(checks)


def find(key: str) -> ProviderCheck | None:
    """Return the provider check of a key; None for a check that runs on the site itself."""
    return _CHECKS.get(key)


def keys() -> list[str]:
    return list(_CHECKS)
