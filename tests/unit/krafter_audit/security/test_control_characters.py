import pytest

from krafter_audit.security.control_characters import escape_controls, replace_controls


@pytest.mark.parametrize("control", ["\x00", "\x1b", "\x7f", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069"])
def test_control_characters_are_replaced_or_escaped(control: str):
    assert replace_controls(f"a{control}b") == "a\ufffdb"
    assert escape_controls(f"a{control}b") == f"a{control.encode('unicode_escape').decode()}b"


def test_text_of_every_script_stays_as_it_is():
    # With the joiners of Persian and of emoji.
    text = "Zażółć\tمی\u200cخواهم\n👩\u200d💻\u200f שלום"

    assert replace_controls(text) == text


def test_line_ends_are_escaped_in_a_log():
    assert escape_controls("a\r\nb\u2028c\ud800") == "a\\r\\nb\\u2028c\\ud800"
