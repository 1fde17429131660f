"""Canonical JSON (RFC 8785): the same value is the same bytes in every language."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rfc8785

from krafter_audit.http.timestamps import format_timestamp

MAX_EXACT_INTEGER = 2**53 - 1  # of an IEEE 754 double, the only type of numbers in RFC 8785


def canonical(value: Any) -> str:
    """Return a JSON value in its canonical form.

    Raises ValueError for NaN, infinity, a number beyond all doubles, a lone surrogate, or a key that is no string.
    """
    return rfc8785.dumps(_as_doubles(value)).decode()


def _as_doubles(value: Any) -> Any:
    # The library rejects integers that are not exact as a double; other implementations round them.
    if type(value) is int and abs(value) > MAX_EXACT_INTEGER:
        try:
            return float(value)
        except OverflowError:
            raise ValueError("the number is beyond all doubles") from None
    if isinstance(value, Mapping):
        return {name: _as_doubles(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_as_doubles(member) for member in value]
    return value


def plain(value: Any) -> Any:
    """Return the value as canonical JSON can represent it: other types as text, lone surrogates replaced."""
    if value is None:
        return value
    if isinstance(value, str):
        return _without_surrogates(value)
    if isinstance(value, int | float):
        # Evidence is recorded even if a measured value has no canonical form.
        return value if _is_finite(value) else str(value)
    if isinstance(value, Mapping):
        return {_without_surrogates(str(name)): plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    if isinstance(value, datetime):
        return format_timestamp(value)
    return _without_surrogates(str(value))


def _without_surrogates(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", errors="replace").decode("utf-8")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
