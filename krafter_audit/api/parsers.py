"""Reading a body: JSON and nothing else, bounded, without what PostgreSQL or another client would choke on."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from krafter_audit.api.errors import InvalidParams, MalformedJson, PayloadTooLarge

MEBIBYTE = 1024 * 1024
MOST_LEVELS = 64
ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class StrictJSONParser(BaseParser):
    """Parses JSON: UTF-8, no duplicate keys, no NaN or Infinity, at most 64 levels, no NUL, no lone surrogate."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed value, or raise MalformedJson, PayloadTooLarge or InvalidParams."""
        view = (parser_context or {}).get("view")
        limit = getattr(view, "body_limit", MEBIBYTE)
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise PayloadTooLarge(f"The body is larger than {limit // MEBIBYTE} MiB.")
        return read(raw)


def read(raw: bytes) -> Any:
    """Parse the bytes of one body."""
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_float=_float
        )
    except (ValueError, RecursionError) as error:
        raise MalformedJson(f"The body is not valid JSON: {_reason(error)}.") from None
    if _too_deep(value):
        raise MalformedJson(f"The body is not taken: it is nested more than {MOST_LEVELS} levels deep.")
    if ESCAPED.search(raw):
        _refuse_unstorable(value)
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).rstrip(".")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add() is None: falsy on purpose
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return made


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        level = [inner for outer in level for inner in _children(outer)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (inner for inner in value.values() if isinstance(inner, dict | list))
    elif isinstance(value, list):
        yield from (inner for inner in value if isinstance(inner, dict | list))


def _refuse_unstorable(value: Any) -> None:
    for text in _strings(value):
        if "\x00" in text:
            raise InvalidParams(details={"body": ["NUL characters are not allowed."]})
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InvalidParams(
                details={"body": ["Lone surrogates are not allowed: they are not Unicode text."]}
            )


def _strings(value: Any) -> Iterator[str]:
    queue = [value]
    while queue:
        item = queue.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            queue.extend(item.keys())
            queue.extend(item.values())
        elif isinstance(item, list):
            queue.extend(item)
