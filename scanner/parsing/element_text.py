"""Extract the text of an element as a screen reader would read it, as far as static HTML shows."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from krafter_audit.security.control_characters import is_invisible
from scanner.page.page import attribute_value, has_ancestor, has_attribute
from scanner.preconditions import Inconclusive

_SKIPPED_TAGS = ("script", "style", "template", "noscript", "head", "title", "meta", "link")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_MAX_DEPTH = 200
MAX_WORDS = 100  # of one text
MAX_NODES = 300_000  # in all texts that one check reads


class ElementTexts:
    """Reads the texts of elements of one page. Texts may overlap: links in links, a label of many links."""

    def __init__(self) -> None:
        self._nodes_left = MAX_NODES

    def of(self, node: LexborNode) -> str:
        """Return the element's first words, with text alternatives of images and controls, without hidden parts.

        Raises Inconclusive after `MAX_NODES` nodes.
        """
        return " ".join(self._words(node, 0))

    def _words(self, node: LexborNode, depth: int) -> list[str]:
        words: list[str] = []
        if depth > _MAX_DEPTH:
            return words
        self._count_node()
        for child in _children(node):
            self._count_node()
            words += self._words_of_child(child, depth)
            if len(words) >= MAX_WORDS:
                break
        return words[:MAX_WORDS]

    def _words_of_child(self, node: LexborNode, depth: int) -> list[str]:
        if node.is_text_node:
            return _split(node.text_content or "")
        if not node.is_element_node or node.tag in _SKIPPED_TAGS or _hides(node):
            return []
        if label := _split(attribute_value(node, "aria-label")):
            return label
        if node.tag in ("img", "area"):
            return _split(attribute_value(node, "alt")) or _split(attribute_value(node, "title"))
        if node.tag == "svg":
            return _split(_svg_title(node)) or _split(attribute_value(node, "title"))
        if node.tag == "input":
            return _split(attribute_value(node, "value")) or _split(attribute_value(node, "alt"))
        return self._words(node, depth + 1) or _split(attribute_value(node, "title"))

    def _count_node(self) -> None:
        self._nodes_left -= 1
        if self._nodes_left < 0:
            raise Inconclusive("truncated", "The links of the page have too many elements to be read.")


def _split(text: str) -> list[str]:
    return [] if is_invisible(text) else text.split(maxsplit=MAX_WORDS)[:MAX_WORDS]


def _hides(node: LexborNode) -> bool:
    if has_attribute(node, "hidden") or (node.tag == "area" and not has_ancestor(node, "map")):
        return True
    return attribute_value(node, "aria-hidden").lower() == "true" or bool(
        _HIDING_STYLE.search(attribute_value(node, "style"))
    )


def _svg_title(node: LexborNode) -> str:
    for child in _children(node):
        if child.tag == "title":
            return " ".join((child.text() or "").split())
    return ""


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def shown_text(text: str) -> str:
    """Return the text without characters that are not shown, such as zero-width spaces, white space collapsed."""
    if is_invisible(text):
        return ""
    return "".join(character for character in " ".join(text.split()) if character.isprintable()).strip()
