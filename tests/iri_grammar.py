"""Build the grammar of IRIs, which takes a second of each process that imports jsonschema, when one is validated."""

import importlib
import sys
from types import ModuleType

PACKAGE = "rfc3987_syntax"


def build_when_used() -> None:
    """Give jsonschema, which is imported next, a function that imports the package at its first call."""
    if PACKAGE not in sys.modules:
        deferred = ModuleType(PACKAGE)
        deferred.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
        sys.modules[PACKAGE] = deferred


def _is_valid_syntax(term: str, value: str) -> bool:
    if sys.modules[PACKAGE].__spec__ is None:
        del sys.modules[PACKAGE]
    return bool(importlib.import_module(PACKAGE).is_valid_syntax(term, value))
