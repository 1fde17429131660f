"""Find the pages that are built like others: axe-core reports the same for the same elements with other words.

Colours and layout do not count here: they need the style sheets.
"""

from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

type Kind = tuple[object, ...]

# Attributes whose value decides, those that name other elements, and those that axe-core does not read.
DECIDING = {"role", "type", "tabindex", "aria-hidden", "scope", "style", "hidden"}
REFERRING = {"for", "aria-labelledby", "aria-describedby", "aria-controls"}
UNREAD = (
    "data-", "x-", "hx-", "min", "max", "step", "pattern", "value", "name", "checked", "selected", "method", "enctype",
    "novalidate",
)  # fmt: skip
HIDING = ("hidden", "invisible", "sr-only")
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
NAMED = {"a", "button", "caption", "label", "legend", "option", "summary", "th"} | HEADINGS
# Without other attributes, these mean nothing to axe-core.
TEXT = {"b", "bdi", "br", "code", "div", "em", "p", "small", "span", "strong", "time"}
NO_MEANING = {"class", "datetime", "id", "title", "style"}
LABELLED = {"input", "select", "textarea"}


def with_new_structure(pages: Iterable[tuple[str, str]]) -> list[str]:
    """Return the URLs of the pages, given with their HTML, that have a kind of element that no page before has."""
    known: set[Kind] = set()
    found = []
    for url, html in pages:
        new = set(kinds(html)) - known
        known |= new
        if new:
            found.append(url)
    return found


def kinds(html: str) -> Iterator[Kind]:
    """Yield the kind of each element: itself, its parent, what it names, what names it, whether it lacks words."""
    tree = LexborHTMLParser(html)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    labelled = {node.attributes["for"] for node in tree.css("label[for]")} | {
        node.attributes.get("id") for node in tree.css("label :is(input, select, textarea)")
    }
    heading = ""
    for node in tree.css("body *"):
        parent = node.parent.tag if node.parent else ""
        if node.tag in TEXT and set(node.attributes) <= NO_MEANING:
            continue
        attributes = frozenset(_described(node, ids))
        yield parent, node.tag, attributes, node.tag in NAMED and not node.text(strip=True)
        if node.tag in LABELLED:
            yield node.tag, node.attributes.get("type"), node.attributes.get("id") in labelled
        if node.tag in HEADINGS:
            yield "heading", heading, node.tag
            heading = node.tag


def _described(node: LexborNode, ids: list[str | None]) -> Iterator[Kind]:
    for name, value in node.attributes.items():
        if name in REFERRING:
            yield name, set((value or "").split()) <= set(ids)
        elif name == "id":
            yield name, ids.count(value)
        elif name == "class":
            yield name, tuple(word for word in HIDING if word in (value or ""))
        elif not name.startswith(UNREAD):
            yield name, value if name in DECIDING else bool(value)
