"""Language tags."""

import pytest

from scanner.parsing.language_tags import is_language


@pytest.mark.parametrize("tag", ["en", "de-AT", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "haw", "EN-us"])
def test_valid_language_tag(tag: str) -> None:
    assert is_language(tag)


@pytest.mark.parametrize("tag", ["", "xx", "english", "e", "en_US", "de-", "qaa", "1a"])
def test_invalid_language_tag(tag: str) -> None:
    assert not is_language(tag)
