"""NUL characters are removed at any depth."""

from integrations.providers.types import without_nul


def test_nul_characters_are_removed_from_texts_keys_and_lists() -> None:
    value = {"a\x00": ["b\x00", {"c": "\x00"}], "number": 1, "none": None}

    assert without_nul(value) == {"a": ["b", {"c": ""}], "number": 1, "none": None}
