"""The keys of the checks that can verify a finding: those of the scanner and those of the providers."""

import difflib
from collections.abc import Mapping
from typing import Any

from findings import provider_checks
from findings.models import CHECK_KEY, MAX_CHECKS
from scanner import registry

MAX_SUGGESTIONS = 3


def is_known(key: str) -> bool:
    return registry.get(key) is not None or provider_checks.find(key) is not None


def named_in(evidence: Mapping[str, Any] | None) -> list[str] | None:
    """Return the keys that `checks` of free-form evidence names; None if that is something of the source's own."""
    named = (evidence or {}).get("checks")
    if not isinstance(named, list) or len(named) > MAX_CHECKS:
        return None
    return named if all(isinstance(key, str) and CHECK_KEY.match(key) for key in named) else None


def suggestion(key: str) -> str:
    """Return a question with the nearest known keys; empty if none is similar."""
    *others, last = nearest(key) or [""]
    return f"Did you mean {' or '.join(filter(None, [', '.join(others), last]))}?" if last else ""


def nearest(key: str) -> list[str]:
    """Return the known keys that are most similar, most similar first."""
    known = [*registry.keys(), *registry.ALIASES, *provider_checks.keys()]
    return difflib.get_close_matches(key, known, n=MAX_SUGGESTIONS, cutoff=0.5)
