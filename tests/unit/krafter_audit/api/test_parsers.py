"""JSON of a request body: what parsers disagree about or PostgreSQL does not store is rejected."""

from io import BytesIO

import pytest

from krafter_audit.api.errors import InvalidParams, MalformedJson, PayloadTooLarge
from krafter_audit.api.parsers import MEBIBYTE, StrictJSONParser, parse_json


@pytest.mark.parametrize(
    "raw", [rb'"\u0000"', rb'{"a\u0000": 1}', rb'["\u0000"]', rb'[{"a": [{"b": "\ud800"}]}]', rb'{"\udfff": 1}']
)  # fmt: skip
def test_character_that_is_not_stored_is_rejected_wherever_it_is(raw: bytes) -> None:
    with pytest.raises(InvalidParams):
        parse_json(raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'"\xff"', "it is not UTF-8"),
        (b'{"a": 1, "b": 2, "b": 3}', "an object has the key 'b' twice"),
    ],
)
def test_message_says_why_a_body_is_malformed(raw: bytes, reason: str) -> None:
    with pytest.raises(MalformedJson) as caught:
        parse_json(raw)

    assert caught.value.message == f"The body is not valid JSON: {reason}."


def test_body_of_exactly_the_limit_is_read() -> None:
    raw = b'"' + b"a" * (MEBIBYTE - 2) + b'"'

    assert StrictJSONParser().parse(BytesIO(raw)) == "a" * (MEBIBYTE - 2)
    with pytest.raises(PayloadTooLarge):
        StrictJSONParser().parse(BytesIO(raw + b" "))


def test_body_is_rejected_above_64_levels() -> None:
    parse_json(b"[" * 64 + b"]" * 64)

    with pytest.raises(MalformedJson, match="more than 64 levels deep"):
        parse_json(b"[" * 65 + b"]" * 65)
