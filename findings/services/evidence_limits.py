"""The limits of what one finding contains, which is in every list, export and report that has the finding."""

import json
from collections.abc import Mapping
from typing import Any

from krafter_audit.http.json_encoding import dump_json, is_nested_deeper

# A page of 100 findings has 65 MiB at most, and a web process holds several at the same time. Sentry rejects an event
# of more than 1 MB ("Size limits"), GitHub stores 100 locations of an alert ("SARIF results exceed limit").
MAX_EVIDENCE_BYTES = 256 * 1024  # of JSON in UTF-8
MAX_ASSETS_BYTES = 256 * 1024
MAX_ASSETS = 1000
MAX_FIX_BYTES = 64 * 1024
MAX_DEPTH = 60  # below the API's limit for a body
MAX_TRUNCATED_LENGTH = 200
TRUNCATED = "truncated"  # in evidence: the names of the values of which it has the beginning only


def size_of(value: Any) -> int:
    """Return the bytes of a JSON value; it is not nested deeper than a body of the API."""
    return len(dump_json(value))


def truncate(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return evidence within the limits, with the beginning of values that are too deep or, largest first, too large.

    Their names are in `truncated`.
    """
    deep = [name for name, value in evidence.items() if is_nested_deeper(value, MAX_DEPTH)]
    kept = {**evidence, **{name: _beginning(evidence[name]) for name in deep}}
    sizes = {name: size_of({name: value}) for name, value in kept.items()}
    large, total = [], sum(sizes.values())
    for name in sorted(sizes, key=lambda name: sizes[name], reverse=True):
        if total <= MAX_EVIDENCE_BYTES - MAX_TRUNCATED_LENGTH:
            break
        kept[name] = _beginning(kept[name])
        total += size_of({name: kept[name]}) - sizes[name]
        large.append(name)
    names = sorted({*deep, *large})
    return {**kept, TRUNCATED: names} if names else kept


def _beginning(value: Any) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        text = ""
    return text[:MAX_TRUNCATED_LENGTH] + "…"
