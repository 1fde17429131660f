"""Characters without a sign, which sites and other people write into titles and names.

Sources: Unicode Standard Annex 9 (bidirectional controls); Boucher and Anderson, "Trojan Source".
"""

import re

# Embeddings, overrides and isolates: the text after one is read in another order, up to the end of its paragraph.
_REORDERING = "\u202a-\u202e\u2066-\u2069"
REORDERING = re.compile(f"[{_REORDERING}]")
# Those, and the ones of ASCII and Latin-1 but for tabs and line ends, which terminals and mail programs may execute.
CONTROL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_REORDERING}]")
# In a log, also what ends a line.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
REPLACEMENT = "\ufffd"


def replace_controls(text: str) -> str:
    """Return the text with U+FFFD for each control character, but for tabs and line ends."""
    return CONTROL.sub(REPLACEMENT, text)


def escape_controls(text: str) -> str:
    r"""Return the text in one line, with an escape such as `\x1b` or `\u202e` for each control character."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
