"""Invisible characters, which sites and other people write into titles and names.

Sources: Unicode Standard Annex 9 (bidirectional controls); Boucher and Anderson, "Trojan Source"; Unicode, section 23.9
(tag characters), which only the flags of England, Scotland and Wales have.
"""

import re

# Embeddings, overrides and isolates: the text after one is read in another order, up to the end of its paragraph.
_REORDERING = "\u202a-\u202e\u2066-\u2069"
_TAG = "[\U000e0000-\U000e007f]"
_FLAGS = "|".join(
    "".join(chr(0xE0000 + ord(character)) for character in f"gb{part}\x7f") for part in ("eng", "sct", "wls")
)
# Tags, and two or more variation selectors, spell an invisible text that language models read.
_HIDDEN = (
    f"(?<!\U0001f3f4(?=(?:{_FLAGS})(?!{_TAG})))(?<!{_TAG}){_TAG}+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{{2,}}"
)
# Also controls of ASCII and Latin-1 except tabs and line ends: terminals and mail programs may execute them, and HTML
# allows none.
CONTROL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_REORDERING}]|{_HIDDEN}")
# In a log, also the characters that end a line.
UNPRINTABLE = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]|{_HIDDEN}")
REPLACEMENT = "\ufffd"
# A character class: white space, the Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties, and the blank
# Braille pattern.
INVISIBLE = (
    "\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ONLY_INVISIBLE = re.compile(f"[{INVISIBLE}]*")


def replace_controls(text: str) -> str:
    """Return the text with U+FFFD for each control character and hidden text, but for tabs and line ends."""
    # Most texts; the pattern takes some thirty times as long.
    if text.isascii() and text.isprintable():
        return text
    return CONTROL.sub(REPLACEMENT, text)


def escape_controls(text: str) -> str:
    r"""Return the text in one line, with an escape such as `\x1b` or `\u202e` for each control character."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def is_invisible(text: str) -> bool:
    """Return whether the text shows nothing, as a zero-width space does; True for an empty one."""
    return _ONLY_INVISIBLE.fullmatch(text) is not None
