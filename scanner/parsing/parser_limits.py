"""Detect HTML that would keep a parser busy, whose time is quadratic in nesting and attributes, or a check.

2 MB of `<div>` take the parser half an hour, and it cannot be interrupted. What a check reads of each element, such as
its ancestors or its text, takes quadratic time in a nested tree too.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scanner.parsing.trial_parse import is_parsed_in_time

MIN_TAGS = 1000  # with fewer tags nothing is counted
MAX_DEPTH = 5000  # open elements
MAX_OPTIONS = 10_000
MAX_REOPENED = 3_000_000  # elements that the parser creates by itself
LONG_TAG, MAX_ATTRIBUTES = 10_000, 2000
# From here on, HTML is parsed in another process first: a site can hide nesting and attributes from what is counted,
# as by end tags that the parser ignores.
LARGE_HTML, MANY_TAGS = 256 * 1024, 10_000
SMALL_HTML = 20_000  # whose tree is within the limit, however deep
MAX_TREE_COST = 10_000_000  # ancestors of all nodes; a page of 2 MB has about 2 million
CHARACTERS_OF_A_NODE = 50  # of a text that counts as one node

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


def takes_long_to_parse(html: str) -> bool:
    """Return whether parsing HTML takes seconds. Large HTML is parsed to find out, in another process."""
    if exceeds_parser_limits(html):
        return True
    is_large = len(html) > LARGE_HTML or html.count("<") > MANY_TAGS
    return is_large and not is_parsed_in_time(html)


def exceeds_tree_limits(root: LexborNode | None) -> bool:
    """Return whether the nodes of a tree have too many ancestors; a long text counts as several nodes."""
    node, depth, cost = root, 0, 0
    while node is not None and cost <= MAX_TREE_COST:
        cost += depth * (1 + len(node.text_content or "") // CHARACTERS_OF_A_NODE if node.is_text_node else 1)
        child = node.child
        depth += child is not None
        while child is None and node is not None and depth > 0:
            child = node.next
            if child is None:
                node, depth = node.parent, depth - 1
        node = child
    return cost > MAX_TREE_COST


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
