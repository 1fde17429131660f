"""Extract the text of an element as a screen reader would read it, as far as static HTML shows."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scanner.page.page import has, inside, value

_SKIPPED_TAGS = ("script", "style", "template", "noscript", "head", "title", "meta", "link")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_MAX_DEPTH = 200


def text_of(node: LexborNode, depth: int = 0) -> str:
    """Return the element's text, with text alternatives of images and controls, without hidden parts."""
    if depth > _MAX_DEPTH:
        return ""
    return " ".join(" ".join(_piece(child, depth) for child in _children(node)).split())


def _piece(node: LexborNode, depth: int) -> str:
    if node.is_text_node:
        return node.text_content or ""
    if not node.is_element_node or node.tag in _SKIPPED_TAGS or _hides(node):
        return ""
    if value(node, "aria-label").strip():
        return value(node, "aria-label")
    if node.tag in ("img", "area"):
        return value(node, "alt") or value(node, "title")
    if node.tag == "svg":
        return _svg_title(node) or value(node, "title")
    if node.tag == "input":
        return value(node, "value") or value(node, "alt")
    return text_of(node, depth + 1) or value(node, "title")


def _hides(node: LexborNode) -> bool:
    if has(node, "hidden") or (node.tag == "area" and not inside(node, "map")):
        return True
    return value(node, "aria-hidden").lower() == "true" or bool(_HIDING_STYLE.search(value(node, "style")))


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
