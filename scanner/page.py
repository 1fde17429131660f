"""A fetched page as the checks read it: headers, text and a parsed tree."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scanner import page_similarity
from scanner.parsing.registrable_domain import host_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from krafter_audit.http.client import Response

HTML_TYPES = ("text/html", "application/xhtml+xml")


def media_type(content_type: str | None) -> str:
    """Return the type of a Content-Type value without parameters, in lower case."""
    return (content_type or "").split(";")[0].strip().lower()


@dataclass
class Page:
    """The final response of a page with its HTML parsed once a thread (the parser's tree is not shared)."""

    response: Response
    _local: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def url(self) -> str:
        """The address that answered in the end, after redirects."""
        return self.response.url

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def is_https(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    def header(self, name: str) -> str | None:
        """Return a header's value, its lines joined by a comma and a blank; None when it is not sent."""
        return self.response.headers.get(name)

    def header_lines(self, name: str) -> list[str]:
        """Return the header's lines one by one, as they were sent."""
        return list(self.response.headers.get_all(name))

    @property
    def is_html(self) -> bool:
        """Whether this is HTML: said so by the Content-Type or, where none is sent, by its first tag."""
        kind = media_type(self.header("content-type"))
        return kind in HTML_TYPES or (not kind and self.response.body.lstrip()[:1] == b"<")

    @cached_property
    def text(self) -> str:
        return self.response.text

    @property
    def tree(self) -> LexborHTMLParser:
        if not hasattr(self._local, "tree"):
            from selectolax.lexbor import LexborHTMLParser  # whoever only names the checks parses nothing

            self._local.tree = LexborHTMLParser(self.text)
        tree: LexborHTMLParser = self._local.tree
        return tree

    def css(self, selector: str) -> list[LexborNode]:
        """Return the elements that the selector finds, in document order."""
        return list(self.tree.css(selector))

    def first(self, selector: str) -> LexborNode | None:
        return self.tree.css_first(selector)

    @property
    def title(self) -> str:
        """The document's title with its blanks folded; empty when there is none."""
        # A <title> inside an inline <svg> names the picture, not the page.
        for node in self.css("title"):
            if not inside(node, "svg"):
                return " ".join(node.text().split())
        return ""

    @cached_property
    def marks(self) -> frozenset[bytes]:
        """What the page is known by at a second look (`likeness`)."""
        return page_similarity.marks(self.text, self.title)

    @cached_property
    def sample(self) -> str:
        """What is kept of the page for a second look."""
        return page_similarity.sample(self.marks)

    def metas(self, name: str, attribute: str = "name") -> list[str]:
        """Return the content of each meta element of this name (or property, or http-equiv)."""
        wanted = name.lower()
        return [
            value(node, "content")
            for node in self.css(f"meta[{attribute}]")
            if value(node, attribute).strip().lower() == wanted
        ]

    def absolute(self, reference: str) -> str:
        """Resolve a reference against the page's base; an unreadable one gives an empty string."""
        try:
            return urljoin(self._base, reference.strip())
        except ValueError:
            return ""

    @cached_property
    def _base(self) -> str:
        base = self.first("base[href]")
        try:
            return urljoin(self.url, value(base, "href").strip()) if base else self.url
        except ValueError:
            return self.url


def value(node: LexborNode, attribute: str) -> str:
    """Return an attribute's value; an absent one and one without a value are both empty."""
    return node.attributes.get(attribute) or ""


def has(node: LexborNode, attribute: str) -> bool:
    return attribute in node.attributes


def inside(node: LexborNode, *tags: str) -> bool:
    """Say whether one of the element's ancestors has one of the tags."""
    above = node.parent
    while above is not None:
        if above.tag in tags:
            return True
        above = above.parent
    return False


def snippet(node: LexborNode, limit: int = 200) -> str:
    """Return the element's start tag and the first of its content: enough to find it again."""
    return " ".join((node.html or "").split())[:limit]
