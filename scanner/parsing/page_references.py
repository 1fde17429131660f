"""Collect the same-origin files and links of a page, as absolute URLs without duplicates."""

import re
from urllib.parse import urldefrag, urlsplit

from scanner.page.page import Page, value
from scanner.parsing.registrable_domain import origin_of

_ASSETS = (("script[src]", "src"), ('link[rel~="stylesheet" i][href]', "href"), ("img[src]", "src"))

_STATE_CHANGING = re.compile(
    r"(?:log|sign)[-_]?(?:out|off)|delete|remove|destroy|cancel|unsubscribe|abmelden|d[eé]connexion",
    re.IGNORECASE,
)


def same_origin_assets(page: Page) -> list[str]:
    references = [value(node, name) for selector, name in _ASSETS for node in page.css(selector)]
    # To load an empty one would be to load the page itself, which browsers do not.
    return _same_origin([page.absolute(reference) for reference in references if reference.strip()], page)


def same_origin_links(page: Page, *, logged_in: bool = False) -> list[str]:
    """Return the same-origin pages that the page links to or shows in a frameset, without fragments and itself."""
    anchors = [value(node, "href") for node in page.css("a[href], area[href]")]
    frames = [value(node, "src") for node in page.css("frame[src]")]
    found = [page.absolute(reference) for reference in anchors + frames]
    links = (url for url in _same_origin(found, page) if url != urldefrag(page.url).url)
    # With site credentials a GET of such a link may log out, or delete data of the site.
    return [url for url in links if not (logged_in and _STATE_CHANGING.search(url))]


def _same_origin(urls: list[str], page: Page) -> list[str]:
    origin = origin_of(page.url)
    whole = (urldefrag(url).url for url in urls if url)
    own = (url for url in whole if urlsplit(url).scheme in ("http", "https") and origin_of(url) == origin)
    return list(dict.fromkeys(own))
