"""Pages that are made to keep a parser busy: HTML's rules take time by the square of how deep or how many.

A parser looks through all open elements at almost every tag, opens each style that was left open (`<b>`) anew in the
next paragraph, and compares each attribute with all before it. 2 MB of `<div>` take it half an hour, and nothing can
interrupt it. No page for people is like that.
"""

import re
from collections.abc import Iterator

FEW_TAGS = 1000  # with fewer there is nothing to count
DEEPEST = 5000  # open elements
MOST_OPTIONS = 10_000
MOST_REOPENED = 3_000_000  # elements that the parser makes by itself
LONG_TAG, MOST_ATTRIBUTES = 10_000, 2000

_CELLS = frozenset({"td", "th"})
# What HTML lets a page leave open, or never opens: these close by themselves.
_CLOSED = _CELLS | {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
    *("p", "li", "dt", "dd", "tr", "thead", "tbody", "tfoot", "option", "optgroup", "rp", "rt", "colgroup"),
    *("caption", "html", "head", "body", "script", "style"),
}
_STYLES = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def is_bottomless(text: str) -> bool:
    """Tell whether HTML takes a parser more than a moment. Takes linear time itself."""
    if _has_endless_tag(text):
        return True
    if text.count("<") < FEW_TAGS:
        return False
    left = _Left()
    return any(left.is_too_much_with(closing, name) for closing, name in _tags(text))


class _Left:
    """What is left open, and what the parser will make of it."""

    def __init__(self) -> None:
        self.elements = self.styles = self.tables = self.reopened = self.options = 0

    def is_too_much_with(self, closing: str, name: str) -> bool:
        """Take one tag in."""
        step = -1 if closing else 1
        if name in _STYLES:
            self.styles = max(0, self.styles + step)
        elif name in _CELLS and self.tables > 0:
            self.styles = 0  # what is left open in a cell ends with it
        else:
            self._count(name, step)
        return (
            max(self.elements, self.styles) > DEEPEST
            or self.reopened > MOST_REOPENED
            or self.options > MOST_OPTIONS
        )

    def _count(self, name: str, step: int) -> None:
        if step < 0 or name == "p":
            self.reopened += self.styles
        if name not in _CLOSED:
            self.elements = max(0, self.elements + step)
        self.tables += step if name == "table" else 0
        self.options += name == "option"


def _tags(text: str) -> Iterator[tuple[str, str]]:
    """Yield `/` or nothing, and the name, of each tag; not of what stands in scripts, where `a<b` is none."""
    lower, place = text.lower(), 0
    while place >= 0:
        start = lower.find("<script", place)
        for found in _TAG.finditer(lower, place, start if start >= 0 else len(lower)):
            yield found[1], found[2]
        place = lower.find("</script", start) if start >= 0 else -1


def _has_endless_tag(text: str) -> bool:
    """Tell whether some tag has more attributes than any does; long ones hold pictures and are no harm."""
    return any(
        len(piece) > LONG_TAG and len(_QUOTED.sub("", piece.partition(">")[0]).split()) > MOST_ATTRIBUTES
        for piece in text.split("<")
    )
