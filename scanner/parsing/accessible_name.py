"""What assistive technology calls an element, as far as markup tells (Accessible Name Computation 1.2).

Style sheets and scripts are not seen here: what they hide or add, only a browser knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.page import Page, has, inside, value

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_UNSEEN_TAGS = ("script", "style", "template", "noscript", "head", "title", "meta", "link")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_DEEPEST = 200


def is_hidden(node: LexborNode) -> bool:
    """Say whether the element, or one that it is in, is hidden from assistive technology."""
    at: LexborNode | None = node
    while at is not None and at.tag:
        if _hides(at):
            return True
        at = at.parent
    return False


def _hides(node: LexborNode) -> bool:
    if node.tag in ("template", "noscript") or has(node, "hidden"):
        return True
    if node.tag == "area" and not inside(node, "map"):
        return True
    return value(node, "aria-hidden").lower() == "true" or bool(_HIDING_STYLE.search(value(node, "style")))


def seen(page: Page, selector: str) -> list[LexborNode]:
    """Return the elements of the selector that are not hidden."""
    return [node for node in page.css(selector) if not is_hidden(node)]


def children(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the direct children, text included."""
    child = node.child
    while child is not None:
        yield child
        child = child.next


def text_of(node: LexborNode, depth: int = 0) -> str:
    """Return the text of an element with the names of the pictures and controls in it."""
    if depth > _DEEPEST:
        return ""
    return " ".join(" ".join(_piece(child, depth) for child in children(node)).split())


def _piece(node: LexborNode, depth: int) -> str:
    if node.is_text_node:
        return node.text_content or ""
    if not node.is_element_node or node.tag in _UNSEEN_TAGS or _hides(node):
        return ""
    if value(node, "aria-label").strip():
        return value(node, "aria-label")
    if node.tag in ("img", "area"):
        return value(node, "alt") or value(node, "title")
    if node.tag == "svg":
        return svg_title(node) or value(node, "title")
    if node.tag == "input":
        return value(node, "value") or value(node, "alt")
    return text_of(node, depth + 1) or value(node, "title")


def svg_title(node: LexborNode) -> str:
    """Return the text of the title that is a direct child of an svg."""
    for child in children(node):
        if child.tag == "title":
            return " ".join((child.text() or "").split())
    return ""


def labelled(page: Page, node: LexborNode) -> bool:
    """Say whether aria-label, or an element that aria-labelledby points at, gives a name."""
    if value(node, "aria-label").strip():
        return True
    return any(_text_by_id(page, name) for name in value(node, "aria-labelledby").split())


def has_title(node: LexborNode) -> bool:
    return bool(value(node, "title").strip())


def is_presentational(node: LexborNode) -> bool:
    """Say whether a role takes the element's meaning away; what the keyboard reaches keeps it."""
    return not has(node, "tabindex") and value(node, "role").strip().lower() in ("none", "presentation")


def has_label(page: Page, node: LexborNode) -> bool:
    """Say whether a label element with text is around the control or points at its id."""
    above = node.parent
    while above is not None:
        if above.tag == "label":
            if text_of(above):
                return True
            break
        above = above.parent
    name = value(node, "id")
    labels = [label for label in page.having("for", name) if name and label.tag == "label"]
    return any(text_of(label) and not is_hidden(label) for label in labels)


def _text_by_id(page: Page, name: str) -> str:
    for node in page.having("id", name):
        return (
            value(node, "aria-label").strip() or text_of(node) or value(node, "alt") or value(node, "value")
        )
    return ""
