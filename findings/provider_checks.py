"""Checks that an integration answers, by reading an alert or issue at its provider again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache

from findings.models import Finding
from scanner.outcome import Outcome

# Arguments: the finding, the key of the check, and when the fix was ready. Errors are inconclusive outcomes.
type ProviderCheck = Callable[[Finding, str, datetime], Outcome]
type ProviderChecks = Callable[[], Mapping[str, ProviderCheck]]

# The app that knows the providers registers itself at start, since imports go down only.
_REGISTERED: list[ProviderChecks] = []


def register(checks: ProviderChecks) -> None:
    # Called at the first lookup: only workers load the providers.
    _REGISTERED.append(checks)
    _all_checks.cache_clear()


def find(key: str) -> ProviderCheck | None:
    """Return the provider check of a key; None for a check that runs on the site itself."""
    return _all_checks().get(key)


def keys() -> list[str]:
    return list(_all_checks())


@cache
def _all_checks() -> dict[str, ProviderCheck]:
    return {key: check for checks in _REGISTERED for key, check in checks().items()}
