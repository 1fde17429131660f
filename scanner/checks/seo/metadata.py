"""Metadata of a document: title, description, viewport, doctype, charset, Open Graph."""

import re

from scanner.outcome import Outcome, fail_if_any, failed, not_applicable, passed
from scanner.page.context import PageContext
from scanner.page.page import XHTML, attribute_value, media_type
from scanner.parsing import doctype as doctypes
from scanner.parsing.element_text import shown_text
from scanner.preconditions import GOOD_TITLE_LENGTHS
from scanner.registry import HIGH, LOW, MEDIUM, Fix, check

_OPEN_GRAPH = (("og:title",), ("og:type",), ("og:image", "og:image:url", "og:image:secure_url"), ("og:url",))
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
GOOGLE = "https://developers.google.com/search/docs"


@check(
    "title_present",
    severity=HIGH,
    title="Document does not have a <title> element",
    why="The title is shown in search results, tabs and bookmarks; without it, search engines generate one.",
    fix=Fix(
        "Give the page a unique title.",
        (
            "Write a short title that describes the page.",
            "Put it into a title element in the head.",
        ),
        (
            f"{GOOGLE}/appearance/title-link",
            "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/title",
        ),
        {"html": "<title>Delivery and returns – Example Shop</title>"},
    ),
    kind="markup",
    oracle={"lighthouse": "document-title"},
    version=3,
)
def title_present(context: PageContext) -> Outcome:
    """The document has a title element that is not empty."""
    title = shown_text(context.markup.title)
    if title:
        return passed("The page has a title.", title=title[:200])
    return failed("The title element is missing or empty.")


@check(
    "meta_description",
    severity=MEDIUM,
    title="Document does not have a meta description",
    why="Search results show the meta description below the title; without it they show an arbitrary part of the page.",
    fix=Fix(
        "Add a meta description of one or two sentences.",
        (
            "Summarise the page in up to about 155 characters.",
            "Use a different description on every page.",
        ),
        (f"{GOOGLE}/appearance/snippet", "https://developer.chrome.com/docs/lighthouse/seo/meta-description"),
        {
            "html": '<meta name="description" content="How we deliver, what it costs, and how to return an '
            'item.">'
        },
    ),
    kind="markup",
    oracle={"lighthouse": "meta-description"},
    version=3,
)
def meta_description(context: PageContext) -> Outcome:
    """A meta element named description has content."""
    texts = [shown_text(text) for text in context.markup.metas("description")]
    if not any(texts):
        return failed("The meta description is empty." if texts else "There is no meta description.")
    return passed("The page has a meta description.", description=next(filter(None, texts))[:200])


@check(
    "title_length",
    severity=LOW,
    title="Title is too short or too long",
    why="A very short title is not descriptive, and search results truncate a long one.",
    fix=Fix(
        "Use a title of 10 to 70 characters.",
        ("Start with the topic of the page, and end with the name of the site.", "Remove filler words."),
        (f"{GOOGLE}/appearance/title-link",),
        {"html": "<title>Delivery and returns – Example Shop</title>"},
    ),
    kind="markup",
    oracle={"practice": "title length"},
    version=3,
)
def title_length(context: PageContext) -> Outcome:
    """The title has between 10 and 70 characters."""
    title = shown_text(context.markup.title)
    if not title:
        return not_applicable("The page has no title.")
    if len(title) in GOOD_TITLE_LENGTHS:
        return passed(f"The title has {len(title)} characters.", title=title)
    return failed(f"The title has {len(title)} characters.", title=title[:200])


@check(
    "viewport_meta",
    severity=MEDIUM,
    title="Document does not have a meta viewport with width or initial-scale",
    why="Without a viewport, phones scale the page down to desktop width; search engines index the mobile version.",
    fix=Fix(
        "Add a meta viewport element.",
        ("Add the element to the head of every page.", "Check the layout on a narrow screen."),
        (
            "https://developer.chrome.com/docs/lighthouse/pwa/viewport",
            "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/meta/name/viewport",
        ),
        {"html": '<meta name="viewport" content="width=device-width, initial-scale=1">'},
    ),
    kind="markup",
    oracle={"lighthouse": "viewport-insight"},
    version=2,
)
def viewport(context: PageContext) -> Outcome:
    """A meta viewport sets width or initial-scale, and no initial-scale below 1."""
    contents = context.markup.metas("viewport")
    if not contents:
        return failed("There is no meta viewport.")
    settings = viewport_settings(contents[-1])
    scale = _number(settings.get("initial-scale", ""))
    if scale is not None and scale < 1:
        return failed("The meta viewport has an initial-scale below 1.", viewport=contents[-1][:200])
    if settings.get("width") or scale:
        return passed("The meta viewport is valid.", viewport=contents[-1][:200])
    return failed("The meta viewport has neither width nor initial-scale.", viewport=contents[-1][:200])


def viewport_settings(content: str) -> dict[str, str]:
    """Return the settings of a meta viewport, names and values in lower case."""
    pairs = (part.partition("=") for part in content.replace(";", ",").split(","))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if name.strip()}


def _number(text: str) -> float | None:
    match = re.match(r"\d{0,6}\.?\d{1,6}", text)
    return float(match.group()) if match else None


@check(
    "doctype",
    severity=LOW,
    title="Page lacks the HTML doctype and is not rendered in standards mode",
    why="In quirks mode browsers emulate the bugs of old browsers, in limited-quirks mode those of table cells.",
    fix=Fix(
        "Start the page with <!doctype html>.",
        ("Make <!doctype html> the first line of every page, before anything else.",),
        ("https://developer.chrome.com/docs/lighthouse/best-practices/doctype",),
        {"html": '<!doctype html>\n<html lang="en">'},
    ),
    oracle={"lighthouse": "doctype"},
    version=2,
)
def doctype(context: PageContext) -> Outcome:
    """The document is in standards mode."""
    page = context.document  # as sent: the parser chooses the mode, and no script can change it
    if media_type(page.response.content_type) == XHTML:
        return passed("XHTML is always rendered in standards mode.")
    found = doctypes.find(page.text)
    if not found:
        return failed("The page does not start with a doctype.")
    mode = doctypes.mode_of(found)
    if mode == "no-quirks":
        return passed("The document is in standards mode.")
    return failed(f"The doctype causes {mode} mode.", doctype=found.group()[:200])


@check(
    "charset",
    severity=LOW,
    title="Charset declaration is missing or occurs too late in the HTML",
    why="Browsers and search engines have to guess the encoding, and may show the wrong characters.",
    fix=Fix(
        "Declare charset=utf-8.",
        ("Send it in the Content-Type header, or declare it in the first element of the head.",),
        ("https://developer.chrome.com/docs/lighthouse/best-practices/charset",),
        {"html": '<meta charset="utf-8">', "nginx": "charset utf-8;", "apache": "AddDefaultCharset utf-8"},
    ),
    oracle={"lighthouse": "charset"},
    version=3,
)
def charset(context: PageContext) -> Outcome:
    """A charset is in Content-Type, or in a meta element within the first 1024 bytes."""
    page = context.document  # as sent: the first bytes count
    body = page.response.body
    # A byte order mark overrides Content-Type.
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return passed("A byte order mark declares the charset.")
    declared = re.search(r"charset\s*=\s*[\"']?([^\s;\"']+)", page.response.content_type, re.IGNORECASE)
    if declared:
        if context.is_verification and _is_other_than_utf_8(declared[1]) and _is_utf_8(body):
            return failed(f"Content-Type declares {declared[1][:40]}, but the page is UTF-8.")
        return passed("Content-Type declares the charset.")
    if media_type(page.response.content_type) == XHTML:
        return passed("XHTML is UTF-8 unless its XML declaration names another charset.")
    start = _COMMENT.sub(b"", body[:1024])
    named = re.search(rb"<meta\s[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", start, re.IGNORECASE)
    if named:
        name = named[1].decode(errors="replace")
        if context.is_verification and _is_other_than_utf_8(name) and _is_utf_8(body):
            return failed(f"A meta element declares {name[:40]}, but the page is UTF-8.")
        return passed("A meta element declares the charset.")
    return failed("No charset is declared in Content-Type or in the first 1024 bytes.")


def _is_other_than_utf_8(charset: str) -> bool:
    return charset.lower() not in ("utf-8", "utf8", "unicode-1-1-utf-8")


def _is_utf_8(body: bytes) -> bool:
    """Return whether the body has other characters than ASCII, encoded as UTF-8."""
    try:
        return not body.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


@check(
    "open_graph",
    severity=LOW,
    title="Open Graph metadata is incomplete",
    why="When the page is shared, its preview lacks the image or the headline.",
    fix=Fix(
        "Add og:title, og:type, og:image and og:url.",
        ("Add the four meta elements to the head.", "Use an image of 1200 × 630 pixels."),
        ("https://ogp.me/",),
        {
            "html": '<meta property="og:title" content="…"><meta property="og:type" content="website">'
            '<meta property="og:image" content="https://…"><meta property="og:url" content="https://…">'
        },
    ),
    oracle={"ogp": "basic metadata"},
    version=4,
)
def open_graph(context: PageContext) -> Outcome:
    """og:title, og:type, og:image and og:url are set and not empty."""
    page = context.document  # as sent: programs that make link previews run no scripts
    found = {
        name
        for node in page.css("meta[content]")
        if shown_text(attribute_value(node, "content"))
        # In RDFa, property is a list of names.
        for name in f"{attribute_value(node, 'property')} {attribute_value(node, 'name')}".lower().split()
    }
    missing = [names[0] for names in _OPEN_GRAPH if found.isdisjoint(names)]
    return fail_if_any(
        missing, ok="All four Open Graph properties are set.", problem="Open Graph properties are missing."
    )
