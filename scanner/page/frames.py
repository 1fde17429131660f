"""The frames of a page whose content belongs to it: `<iframe srcdoc>`, and pages of the same origin."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from krafter_audit.http.responses import Headers
from scanner import preconditions
from scanner.page.context import PageContext
from scanner.page.page import Page, attribute_value
from scanner.parsing.registrable_domain import origin_of
from scanner.preconditions import Inconclusive
from scanner.registry import Check

MAX_FRAMES = 5
_FRAMES = (
    ("iframe[src]:not([srcdoc]), frame[src], embed[src]", "src"),
    ("object[data]", "data"),
)


def frames_of(check: Check, context: PageContext) -> Iterator[PageContext]:
    """Yield the frames of a page as the check reads it, as they were sent. Raises Inconclusive without a document."""
    pages = context.documents if check.kind == "markup" else [context.document]
    texts = [attribute_value(node, "srcdoc") for page in pages for node in page.css("iframe[srcdoc]")]
    for text in list(dict.fromkeys(texts))[:MAX_FRAMES]:
        yield _of_text(context, text)
    references = [
        page.absolute(attribute_value(node, name))
        for page in pages
        for selector, name in _FRAMES
        for node in page.css(selector)
    ]
    own = [url for url in dict.fromkeys(references) if origin_of(url) == origin_of(context.page.url)]
    for url in own[:MAX_FRAMES]:
        yield _sibling(context, url)


def _of_text(context: PageContext, text: str) -> PageContext:
    page = context.page
    # The policies of the page apply to the frame too.
    kept = [(name, line) for name, line in page.response.headers.items() if name.lower() != "content-type"]
    lines = [*kept, ("content-type", "text/html; charset=utf-8")]
    headers = Headers((name.encode(), line.encode()) for name, line in lines)
    body = text.encode("utf-8", errors="replace")
    frame = _sibling(context, context.url)
    content = Page(replace(page.response, headers=headers, body=body, truncated=False))
    with suppress(Inconclusive):  # the checks of the frame raise it again
        frame.once("landing", lambda: _require_parseable(content))
    return frame


def _require_parseable(page: Page) -> Page:
    preconditions.require_parseable(page)
    return page


def _sibling(context: PageContext, url: str) -> PageContext:
    frame = context.sibling(url)
    frame.budget = context.budget
    frame.rendered.browser = None  # a browser would visit the frame as a page
    return frame
