"""Read JSON of other tools: a value of another type than expected is absent."""

import math
from collections.abc import Iterator
from typing import Any


def nested(value: Any, *names: str) -> Any:
    """Return the value below these keys, or None."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any, *names: str) -> str:
    """Return the text or number below these keys as text, or an empty text."""
    found = nested(value, *names)
    if isinstance(found, str):
        return found.strip()
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def number(value: Any, *names: str) -> float | None:
    """Return the number below these keys, which may be written as text; or None."""
    try:
        found = float(text(value, *names))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def objects(value: Any, *names: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of the list below these keys; a single object counts as its list."""
    found = nested(value, *names)
    for element in found if isinstance(found, list) else [found]:
        if isinstance(element, dict):
            yield element
