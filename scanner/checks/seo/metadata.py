"""What the head of a page tells search engines and browsers about it."""

import re

from scanner.outcome import Outcome, failed, not_applicable, passed, verdict
from scanner.page import media_type
from scanner.page_context import Facts
from scanner.registry import HIGH, LOW, MEDIUM, SEO, Fix, check

SHORTEST_TITLE, LONGEST_TITLE = 10, 70
LONGEST_PREAMBLE = 5000
# HTML living standard, section 13.2.6.4.1: doctypes that leave a document in (no-)quirks mode.
STANDARD_DOCTYPES = ("html", 'html system "about:legacy-compat"', "html system 'about:legacy-compat'")
STRICT_DOCTYPES = (
    'html public "-//w3c//dtd html 4.01//en"',
    'html public "-//w3c//dtd xhtml 1.0 strict//en"',
    'html public "-//w3c//dtd xhtml 1.1//en"',
)
GOOGLE = "https://developers.google.com/search/docs"


@check(
    "title_present",
    domain=SEO,
    severity=HIGH,
    needs={"page"},
    title="The page has no title",
    why="The title is the headline in search results, in tabs and in bookmarks; without it a search engine "
    "makes one up.",
    fix=Fix(
        "Give the page a title of its own.",
        (
            "Write a title of a few words that says what this page is.",
            "Put it into a title element in the head.",
        ),
        (
            f"{GOOGLE}/appearance/title-link",
            "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/title",
        ),
        {"html": "<title>Delivery and returns – Example Shop</title>"},
    ),
    oracle={"lighthouse": "document-title"},
)
def title_present(facts: Facts) -> Outcome:
    """The document has a title that is not empty."""
    title = facts.document.title
    return (
        passed("The page has a title.", title=title[:200])
        if title
        else failed("The title is missing or empty.")
    )


@check(
    "meta_description",
    domain=SEO,
    severity=MEDIUM,
    needs={"page"},
    title="The page has no meta description",
    why="Search results show the description under the title; without it they show some piece of the page.",
    fix=Fix(
        "Describe the page in one or two sentences.",
        (
            "Write what a visitor finds here, in up to about 155 characters.",
            "Make it another one on every page.",
        ),
        (f"{GOOGLE}/appearance/snippet", "https://developer.chrome.com/docs/lighthouse/seo/meta-description"),
        {
            "html": '<meta name="description" content="How we deliver, what it costs, and how to send '
            'something back.">'
        },
    ),
    oracle={"lighthouse": "meta-description"},
)
def meta_description(facts: Facts) -> Outcome:
    """A meta element named description has content."""
    said = [text.strip() for text in facts.document.metas("description")]
    if not any(said):
        return failed("The description is empty." if said else "There is no description.")
    return passed("The page has a description.", description=next(text for text in said if text)[:200])


@check(
    "title_length",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="The title is very short or very long",
    why="A title of a word says too little; of a long one search results show the beginning only.",
    fix=Fix(
        "Write a title of 10 to 70 characters.",
        ("Begin with what this page is, and end with the name of the site.", "Leave filling words out."),
        (f"{GOOGLE}/appearance/title-link",),
        {"html": "<title>Delivery and returns – Example Shop</title>"},
    ),
    oracle={"practice": "title length"},
)
def title_length(facts: Facts) -> Outcome:
    """The title has between 10 and 70 characters."""
    title = facts.document.title
    if not title:
        return not_applicable("The page has no title.")
    if SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        return passed(f"The title has {len(title)} characters.", title=title)
    return failed(f"The title has {len(title)} characters.", title=title[:200])


@check(
    "viewport_meta",
    domain=SEO,
    severity=MEDIUM,
    needs={"page"},
    title="The page is not made for phones",
    why="Without a viewport a phone shows the page as on a desktop, tiny; search engines judge the phone's "
    "view.",
    fix=Fix(
        "Add a viewport.",
        ("Add the meta element to the head of every page.", "Check the layout on a narrow screen."),
        (
            "https://developer.chrome.com/docs/lighthouse/pwa/viewport",
            "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/meta/name/viewport",
        ),
        {"html": '<meta name="viewport" content="width=device-width, initial-scale=1">'},
    ),
    oracle={"lighthouse": "viewport-insight"},
)
def viewport(facts: Facts) -> Outcome:
    """A meta viewport sets width, or an initial-scale of 1 or more."""
    said = facts.document.metas("viewport")
    if not said:
        return failed("There is no viewport.")
    settings = viewport_settings(said[-1])
    if settings.get("width") or _number(settings.get("initial-scale", "")) >= 1:
        return passed("The viewport is set.", viewport=said[-1][:200])
    return failed("The viewport has neither width nor initial-scale.", viewport=said[-1][:200])


def viewport_settings(content: str) -> dict[str, str]:
    """Return the settings of a viewport's content, names and values in lower case."""
    pairs = (part.partition("=") for part in content.replace(";", ",").split(","))
    return {name.strip().lower(): said.strip().lower() for name, _, said in pairs if name.strip()}


def _number(text: str) -> float:
    match = re.match(r"\d{1,6}(?:\.\d{1,6})?", text)
    return float(match.group()) if match else 0.0


@check(
    "doctype",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="The page has no doctype of today",
    why="Without it browsers imitate the faults of old ones, and lay the page out differently from each "
    "other.",
    fix=Fix(
        "Begin the page with <!doctype html>.",
        ("Write <!doctype html> as the first line of every page, before anything else.",),
        ("https://developer.chrome.com/docs/lighthouse/best-practices/doctype",),
        {"html": '<!doctype html>\n<html lang="en">'},
    ),
    oracle={"lighthouse": "doctype"},
)
def doctype(facts: Facts) -> Outcome:
    """The document is in standards mode."""
    page = facts.document
    if media_type(page.header("content-type")) == "application/xhtml+xml":
        return passed("XHTML is always in standards mode.")
    start = _without_comments(page.text[:LONGEST_PREAMBLE])
    found = re.match(r"<!doctype\s+([^>]{0,300})>", start, re.IGNORECASE)
    if not found:
        return failed("There is no doctype at the beginning.")
    said = " ".join(found.group(1).lower().split())
    if said in STANDARD_DOCTYPES or said.startswith(STRICT_DOCTYPES):
        return passed("The document is in standards mode.")
    return failed("The doctype is an old one.", doctype=said[:200])


def _without_comments(text: str) -> str:
    rest = text.lstrip("\ufeff \t\r\n\f")
    while rest.startswith("<!--") and "-->" in rest:
        rest = rest.partition("-->")[2].lstrip()
    return rest


@check(
    "charset",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="The page does not say how its characters are encoded",
    why="Browsers and search engines guess, and letters beyond ASCII come out as something else.",
    fix=Fix(
        "Say charset=utf-8.",
        ("Send it in Content-Type, or write it as the first element of the head.",),
        ("https://developer.chrome.com/docs/lighthouse/best-practices/charset",),
        {"html": '<meta charset="utf-8">', "nginx": "charset utf-8;", "apache": "AddDefaultCharset utf-8"},
    ),
    oracle={"lighthouse": "charset"},
)
def charset(facts: Facts) -> Outcome:
    """A charset is in Content-Type, or in a meta element within the first 1024 bytes."""
    page = facts.document
    body = page.response.body
    if re.search(r"charset\s*=\s*[^\s;]", page.header("content-type") or "", re.IGNORECASE):
        return passed("Content-Type names the charset.")
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return passed("A byte order mark tells the charset.")
    if re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?[\w-]", body[:1024], re.IGNORECASE):
        return passed("A meta element names the charset.")
    return failed("No charset is named, or too late.")


@check(
    "open_graph",
    domain=SEO,
    severity=LOW,
    needs={"page"},
    title="The page lacks Open Graph data",
    why="Where somebody shares the page, the preview has no picture or no headline.",
    fix=Fix(
        "Add og:title, og:type, og:image and og:url.",
        ("Add the four meta elements to the head.", "Choose a picture of 1200 × 630 pixels."),
        ("https://ogp.me/",),
        {
            "html": '<meta property="og:title" content="…"><meta property="og:type" content="website">'
            '<meta property="og:image" content="https://…"><meta property="og:url" content="https://…">'
        },
    ),
    oracle={"ogp": "basic metadata"},
)
def open_graph(facts: Facts) -> Outcome:
    """og:title, og:type, og:image and og:url are there and not empty."""
    page = facts.document
    missing = [
        name
        for name in ("og:title", "og:type", "og:image", "og:url")
        if not any(text.strip() for text in page.metas(name, "property") + page.metas(name))
    ]
    return verdict(missing, fine="All four are there.", wrong="Open Graph data are missing.")
