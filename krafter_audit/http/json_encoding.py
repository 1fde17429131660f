import json
from collections.abc import Iterator
from typing import Any

import orjson

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_NON_STR_KEYS


def dump_json(value: Any) -> bytes:
    """Return compact UTF-8 JSON: whole seconds with Z, any integer, `?` for a surrogate."""
    try:
        return orjson.dumps(value, option=OPTIONS)
    # orjson, several times as fast, rejects integers beyond 64 bits and lone surrogates. Clients and sites send both,
    # and the API's parser accepts the former.
    except TypeError:
        text = json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":"))
        return text.encode("utf-8", errors="replace")


def load_json(text: str | bytes) -> Any:
    return json.loads(text)  # orjson reads integers beyond 64 bits as floats


def _plain(value: Any) -> Any:
    return json.loads(orjson.dumps(value, option=OPTIONS))


def is_nested_deeper(value: Any, depth: int) -> bool:
    """Return whether there are objects or lists on more than this number of levels in a JSON value."""
    # By levels and not recursively, since an attacker chooses the depth.
    level = [value]
    for _ in range(depth):
        level = [inner for outer in level for inner in _containers(outer)]
        if not level:
            return False
    return True


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (inner for inner in value.values() if isinstance(inner, dict | list))
    elif isinstance(value, list):
        yield from (inner for inner in value if isinstance(inner, dict | list))
