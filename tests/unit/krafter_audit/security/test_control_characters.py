import pytest

from krafter_audit.security.control_characters import escape_controls, is_invisible, replace_controls


@pytest.mark.parametrize("control", ["\x00", "\x1b", "\x7f", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069"])
def test_control_characters_are_replaced_or_escaped(control: str):
    assert replace_controls(f"a{control}b") == "a\ufffdb"
    assert escape_controls(f"a{control}b") == f"a{control.encode('unicode_escape').decode()}b"


# Tags spell an invisible text that language models read; so do runs of variation selectors, a byte each.
@pytest.mark.parametrize(
    "hidden", ["\U000e0068\U000e0069", "\U000e0001", "\ufe01\ufe02", "\U000e0158\U000e0159"]
)
def test_hidden_text_is_replaced_or_escaped(hidden: str):
    assert replace_controls(f"a{hidden}b") == "a\ufffdb"
    assert replace_controls(f"🏴{hidden}b") == "🏴\ufffdb"
    assert escape_controls(f"a{hidden}b") == f"a{hidden.encode('unicode_escape').decode()}b"


def test_text_of_every_script_stays_as_it_is():
    # With the joiners of Persian and of emoji.
    text = "Zażółć\tمی\u200cخواهم\n👩\u200d💻\u200f שלום ❤\ufe0f 葛\U000e0100"

    assert replace_controls(text) == text


def test_flag_that_consists_of_tags_stays_as_it_is():
    tags = "".join(chr(0xE0000 + ord(character)) for character in "gbeng\x7f")

    assert replace_controls(f"🏴{tags}🏴{tags}") == f"🏴{tags}🏴{tags}"
    assert replace_controls(f"🏴{tags}{tags}") == "🏴\ufffd"


def test_line_ends_are_escaped_in_a_log():
    assert escape_controls("a\r\nb\u2028c\ud800") == "a\\r\\nb\\u2028c\\ud800"


@pytest.mark.parametrize(
    ("text", "invisible"),
    [
        ("", True),
        ("\u200b \u2060", True),
        ("\u00ad\ufeff", True),
        ("\u3164\u2800", True),
        ("\U000e0068\U000e0069", True),
        ("a\u200b", False),
        ("\u200d❤\ufe0f", False),
        ("\x01", False),
    ],
)
def test_text_that_shows_nothing_is_invisible(text: str, invisible: bool):
    assert is_invisible(text) == invisible
