"""Detect HTML that would keep a parser busy, whose time is quadratic in nesting and attributes."""

import re
from collections.abc import Iterator

MIN_TAGS = 1000  # with fewer tags nothing is counted
# 2 MB of `<div>` take a parser half an hour, and it cannot be interrupted.
MAX_DEPTH = 5000  # open elements
MAX_OPTIONS = 10_000
MAX_REOPENED = 3_000_000  # elements that the parser creates by itself
LONG_TAG, MAX_ATTRIBUTES = 10_000, 2000

_CELLS = frozenset({"td", "th"})
# HTML, 13.1.2: they have no end tag.
VOID_ELEMENTS = (
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
)
# Elements that may stay unclosed or are never opened.
_SELF_CLOSING = _CELLS | {
    *VOID_ELEMENTS,
    *("p", "li", "dt", "dd", "tr", "thead", "tbody", "tfoot", "option", "optgroup", "rp", "rt", "colgroup"),
    *("caption", "html", "head", "body", "script", "style"),
}
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def exceeds_parser_limits(text: str) -> bool:
    """Return whether parsing the HTML takes more than a moment. Takes linear time itself."""
    if _has_too_many_attributes(text):
        return True
    if text.count("<") < MIN_TAGS:
        return False
    count = _OpenElements()
    return any(count.exceeds_limits_with(closing, name) for closing, name in _tags(text))


class _OpenElements:
    """Counts open elements, and those that the parser will create because of them."""

    def __init__(self) -> None:
        self.elements = self.formatting = self.tables = self.reopened = self.options = 0

    def exceeds_limits_with(self, closing: str, name: str) -> bool:
        step = -1 if closing else 1
        if name in _FORMATTING:
            self.formatting = max(0, self.formatting + step)
        elif name in _CELLS and self.tables > 0:
            self.formatting = 0  # formatting elements end with their cell
        else:
            self._count(name, step)
        return (
            max(self.elements, self.formatting) > MAX_DEPTH
            or self.reopened > MAX_REOPENED
            or self.options > MAX_OPTIONS
        )

    def _count(self, name: str, step: int) -> None:
        if step < 0 or name == "p":
            # The parser reopens each unclosed formatting element in the next paragraph.
            self.reopened += self.formatting
        if name not in _SELF_CLOSING:
            self.elements = max(0, self.elements + step)
        self.tables += step if name == "table" else 0
        self.options += name == "option"


def _tags(text: str) -> Iterator[tuple[str, str]]:
    lower, position = text.lower(), 0
    while position >= 0:
        # In a script, `a<b` is no tag.
        start = lower.find("<script", position)
        for found in _TAG.finditer(lower, position, start if start >= 0 else len(lower)):
            yield found[1], found[2]
        position = lower.find("</script", start) if start >= 0 else -1


def _has_too_many_attributes(text: str) -> bool:
    return any(
        # An attribute is compared with all before it. A long tag with few, such as an inline image, is harmless, and so
        # is a comment or a CDATA section, which has none.
        len(piece) > LONG_TAG
        and not piece.startswith(("!", "?"))
        and len(_QUOTED.sub("", piece.partition(">")[0]).split()) > MAX_ATTRIBUTES
        for piece in text.split("<")
    )
