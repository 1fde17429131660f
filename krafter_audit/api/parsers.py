import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from krafter_audit.api.errors import InvalidParams, MalformedJson, PayloadTooLarge
from krafter_audit.http.json_encoding import is_nested_deeper

MEBIBYTE = 1024 * 1024
MAX_DEPTH = 64
# An empty list takes three bytes of a body and 64 of memory: 16 MiB of lists would take half a gigabyte.
MAX_VALUES = 2_000_000
# Only an escape can make a NUL or a lone surrogate, so most bodies need no search of their strings.
UNSTORABLE_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class StrictJSONParser(BaseParser):
    """JSON in UTF-8 without duplicate keys, NaN, Infinity, NUL and lone surrogates, at most 64 levels deep."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        view = (parser_context or {}).get("view")
        limit = getattr(view, "body_limit", MEBIBYTE)
        # Read one byte more than allowed, to detect a body that is too large without reading all of it.
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise PayloadTooLarge(f"The body is larger than {limit // MEBIBYTE} MiB.")
        return parse_json(raw)


def parse_json(raw: bytes, *, name: str = "body") -> Any:
    """Return the parsed value; errors call it by its `name`. Raises MalformedJson, PayloadTooLarge or InvalidParams."""
    # An upper limit of the number of values: texts may contain these characters too.
    if len(raw) > MAX_VALUES and sum(map(raw.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise PayloadTooLarge(f"The {name} has more than {MAX_VALUES:,} values.")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique_keys,
            parse_constant=_reject_constant,
            parse_float=_finite_float,
            parse_int=_readable_int,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedJson(f"The {name} is not valid JSON: {_reason(error)}.") from None
    if is_nested_deeper(value, MAX_DEPTH):
        raise MalformedJson(f"The {name} is nested more than {MAX_DEPTH} levels deep.")
    if UNSTORABLE_ESCAPE.search(raw):
        _reject_unstorable(value, name)
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).rstrip(".")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    # RFC 8259, section 4: parsers disagree about duplicate keys, which can smuggle a value past a check.
    if len(value) != len(pairs):
        duplicate = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"an object has the key {duplicate!r} twice")
    return value


def _reject_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _readable_int(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # Python limits the digits of an integer
        raise ValueError("a number has too many digits") from None


def _reject_unstorable(value: Any, name: str) -> None:
    for text in _strings(value):
        # PostgreSQL stores neither NUL nor lone surrogates in text and jsonb.
        if "\x00" in text:
            raise InvalidParams(details={name: ["NUL characters are not allowed."]})
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InvalidParams(
                details={name: ["Lone surrogates are not allowed: they are not Unicode text."]}
            )


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
