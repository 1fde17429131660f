"""The data of vendors is JSON that can be stored."""

import json

from integrations.providers.base import read_json


def test_nul_characters_are_removed_from_texts_keys_and_lists() -> None:
    value = {"a\x00": ["b\x00", {"c": "\x00"}], "number": 1, "none": None}

    assert read_json(json.dumps(value).encode()) == {"a": ["b", {"c": ""}], "number": 1, "none": None}
