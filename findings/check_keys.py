"""The keys of the checks that can verify a finding: those of the scanner and those of the providers."""

import difflib
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.text import get_text_list

from findings import provider_checks
from findings.models import CHECK_KEY, MAX_CHECKS
from krafter_audit.api.errors import InvalidParams
from scanner import registry

MAX_SUGGESTIONS = 3
MAX_SHOWN = 100  # characters of an unknown key


def is_known(key: str) -> bool:
    return registry.get(key) is not None or provider_checks.find(key) is not None


def require_known(key: str, rows: QuerySet[Any], *, parameter: str) -> None:
    """Raise InvalidParams for a key that no check has, unless one of the rows with it is left."""
    # The check of a listed row may have been removed since.
    if is_known(key) or (CHECK_KEY.match(key) and rows.exists()):
        return
    shown = key[:MAX_SHOWN]
    raise InvalidParams(details={parameter: [unknown_key_message(shown, suggestion(shown))]})


def unknown_key_message(key: str, suggested: str) -> str:
    """Return the message that no check has the key, with a suggestion, or else the endpoint that lists the keys."""
    return f"'{key}' is not a check. {suggested or 'GET …/checks lists them.'}"


def keys_in_evidence(evidence: Mapping[str, Any] | None) -> list[str] | None:
    """Return the keys that `checks` of free-form evidence names; None if it is a field of the source's own."""
    named = (evidence or {}).get("checks")
    if not isinstance(named, list) or len(named) > MAX_CHECKS:
        return None
    return named if all(isinstance(key, str) and CHECK_KEY.match(key) for key in named) else None


def suggestion(key: str) -> str:
    """Return a question with the nearest known keys; empty if none is similar."""
    found = nearest(key)
    return f"Did you mean {get_text_list(found, 'or')}?" if found else ""


def nearest(key: str) -> list[str]:
    """Return the known keys that are most similar, most similar first."""
    known = [*registry.keys(), *registry.ALIASES, *provider_checks.keys()]
    return difflib.get_close_matches(key, known, n=MAX_SUGGESTIONS, cutoff=0.5)
