"""The JSON encoder accepts every value that the parser of the API accepts."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from krafter_audit.http.json_encoding import dump_json, load_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, 0.5]}, b'{"b":1,"a":[true,null,0.5]}'),
        ("Größe", '"Größe"'.encode()),
        (datetime(2026, 11, 25, 9, 30, 0, 5, tzinfo=UTC), b'"2026-11-25T09:30:00Z"'),
        (10**25, b"10000000000000000000000000"),
        (
            {"n": -(10**25), "at": datetime(2026, 11, 25, tzinfo=UTC)},
            b'{"n":-10000000000000000000000000,"at":"2026-11-25T00:00:00Z"}',
        ),
        ("lone \ud800 surrogate", b'"lone ? surrogate"'),
        ([10**25, UUID(int=1)], b'[10000000000000000000000000,"00000000-0000-0000-0000-000000000001"]'),
    ],
    ids=ascii,
)
def test_value_is_compact_utf_8_json(value: Any, text: bytes) -> None:
    assert dump_json(value) == text


def test_large_integers_are_parsed_without_loss() -> None:
    assert load_json(dump_json({"n": 2**64 + 1})) == {"n": 2**64 + 1}
