"""A fetched page: headers, text and a parsed tree."""

import re
import threading
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from krafter_audit.http.client import Response
from krafter_audit.http.urls import MAX_LENGTH, resolve
from scanner.page import similarity
from scanner.parsing.parser_limits import (
    SMALL_HTML,
    VOID_ELEMENTS,
    exceeds_tree_limits,
    takes_long_to_parse,
)
from scanner.parsing.registrable_domain import host_of

LONG_PATH = 1000  # characters of the URL against which references are resolved
MAX_RESOLVED = 30_000_000  # characters of the base URL that are read, once for each reference
XHTML = "application/xhtml+xml"
# Possessive quantifiers: else a name of many letters takes quadratic time, seconds for 8,000.
_SELF_CLOSED = re.compile(
    rf"<(?!(?:{'|'.join(VOID_ELEMENTS)})[\s/>])([a-zA-Z][\w:.-]*+)((?:[^<>\"'/]|/(?!>)|\"[^\"]*\"|'[^']*')*+)/>"
)
_BODY = re.compile(r"<body\b", re.IGNORECASE)
_NOSCRIPT = re.compile(r"(</?)noscript\b", re.IGNORECASE)
HTML_TYPES = ("text/html", XHTML)


def media_type(content_type: str | None) -> str:
    """Return the type of a Content-Type value in lower case, without parameters."""
    return (content_type or "").split(";")[0].strip().lower()


@dataclass
class Page:
    """The final response of a page, with its HTML parsed on demand."""

    response: Response
    _local: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def url(self) -> str:
        return self.response.url

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def is_https(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    def header(self, name: str) -> str | None:
        """Return a header's value, its lines joined by comma and space; None when it is not sent."""
        return self.response.headers.get(name)

    def header_lines(self, name: str) -> list[str]:
        return list(self.response.headers.get_all(name))

    @property
    def is_html(self) -> bool:
        """Whether the Content-Type is HTML; without one, whether the body starts with a tag. Not a download."""
        if media_type(self.header("content-disposition")) == "attachment":
            return False
        kind = media_type(self.response.content_type)
        return kind in HTML_TYPES or (not kind and self.response.body.lstrip()[:1] == b"<")

    @cached_property
    def text(self) -> str:
        return self.response.text

    @cached_property
    def exceeds_limits(self) -> bool:
        """Whether parsing the page, or reading its tree, takes more than a moment. Read it before the tree."""
        if takes_long_to_parse(self._html):
            return True
        if len(self._html) <= SMALL_HTML:
            return False
        return exceeds_tree_limits(self.tree.root) or self._takes_long_to_resolve()

    def _takes_long_to_resolve(self) -> bool:
        # Each reference is joined with the segments of the path.
        path_length = len(self._base.partition("?")[0])
        references = self._html.count("<") + self._html.count(",")  # references in elements, and in a srcset
        return path_length > LONG_PATH and path_length * references > MAX_RESOLVED

    @property
    def tree(self) -> LexborHTMLParser:
        # Once for each thread: lexbor's tree must not be used by two threads at the same time.
        if not hasattr(self._local, "tree"):
            self._local.tree = LexborHTMLParser(self._html)
        return self._local.tree

    @cached_property
    def _html(self) -> str:
        """The text as HTML that lexbor parses as browsers parse the page."""
        is_xhtml = media_type(self.response.content_type) == XHTML
        # In HTML, `<script src="a.js"/>` is not closed.
        text = _SELF_CLOSED.sub(r"<\1\2></\1>", self.text) if is_xhtml else self.text
        # To lexbor, which parses for a browser that runs no scripts, `<noscript><img>` ends the head.
        body = _BODY.search(text)
        head = _NOSCRIPT.sub(r"\1template", text[: body.start() if body else None])
        return head + (text[body.start() :] if body else "")

    def css(self, selector: str) -> list[LexborNode]:
        return list(self.tree.css(selector))

    def first(self, selector: str) -> LexborNode | None:
        return self.tree.css_first(selector)

    @property
    def is_frameset(self) -> bool:
        """Whether frames take the place of the body."""
        return self.first("frameset frame") is not None

    def element(self, identifier: str) -> LexborNode | None:
        return self._elements_by_id.get(identifier)

    @property
    def _elements_by_id(self) -> dict[str, LexborNode]:
        if not hasattr(self._local, "by_id"):  # once for each thread, as the tree
            # The first of several elements with an id counts.
            self._local.by_id = {attribute_value(node, "id"): node for node in reversed(self.css("[id]"))}
        return self._local.by_id

    @property
    def title(self) -> str:
        """The document's title with white space collapsed; empty when there is none."""
        # A <title> inside of an inline <svg> names the image, not the document.
        for node in self.css("title"):
            if not has_ancestor(node, "svg"):
                return " ".join(node.text().split())
        return ""

    @property
    def heading(self) -> str:
        """The text of the first h1 with white space collapsed; empty when there is none."""
        found = self.first("h1")
        return " ".join(found.text().split()) if found else ""

    @cached_property
    def fingerprints(self) -> frozenset[bytes]:
        return similarity.fingerprints(self.text, self.title)

    @cached_property
    def fingerprints_with_title(self) -> frozenset[bytes]:
        """The fingerprints, those of words that the title repeats included."""
        return similarity.fingerprints(self.text, "")

    @cached_property
    def head_fingerprints(self) -> frozenset[bytes]:
        head = self.first("head")
        return similarity.fingerprints((head.html if head else "") or "", self.title)

    @cached_property
    def sample(self) -> str:
        return similarity.sample(self.fingerprints)

    def metas(self, name: str) -> list[str]:
        """Return the content of each meta element with this name."""
        wanted = name.lower()
        return [
            attribute_value(node, "content")
            for node in self.css("meta[name]")
            if attribute_value(node, "name").strip().lower() == wanted
        ]

    def absolute(self, reference: str) -> str:
        """Resolve a reference against the page's base URL; empty for an invalid one."""
        try:
            return resolve(self._base, reference)
        except ValueError:
            return ""

    @cached_property
    def _base(self) -> str:
        base = self.first("base[href]")
        try:
            # A longer URL is cut in its path: no URL of that length is requested.
            return resolve(self.url, attribute_value(base, "href"))[:MAX_LENGTH] if base else self.url
        except ValueError:
            return self.url


def attribute_value(node: LexborNode, attribute: str) -> str:
    """Return an attribute's value; empty when it is absent or has none."""
    return node.attributes.get(attribute) or ""


def has_attribute(node: LexborNode, attribute: str) -> bool:
    return attribute in node.attributes


def has_ancestor(node: LexborNode, *tags: str) -> bool:
    """Return whether an ancestor of the element has one of the tags."""
    above = node.parent
    while above is not None:
        if above.tag in tags:
            return True
        above = above.parent
    return False


def snippet(node: LexborNode, limit: int = 200) -> str:
    """Return the start of the element's HTML, enough to find it in the page."""
    return " ".join((node.html or "").split())[:limit]
