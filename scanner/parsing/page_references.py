"""What a page refers to: its static files and its links, as absolute addresses without doubles."""

import re
from urllib.parse import urldefrag, urlsplit

from scanner.page import Page, value
from scanner.parsing.registrable_domain import origin_of

_ASSETS = (("script[src]", "src"), ('link[rel~="stylesheet" i][href]', "href"), ("img[src]", "src"))

_ACTS = re.compile(
    r"(?:log|sign)[-_]?(?:out|off)|delete|remove|destroy|cancel|unsubscribe|abmelden|d[eé]connexion",
    re.IGNORECASE,
)


def same_origin_assets(page: Page) -> list[str]:
    """Return the scripts, style sheets and images that come from the page's own origin."""
    found = [page.absolute(value(node, name)) for selector, name in _ASSETS for node in page.css(selector)]
    return _of_origin(found, page)


def same_origin_links(page: Page, *, logged_in: bool = False) -> list[str]:
    """Return the pages that the page links to on its own origin, without fragments, itself left out.

    Where we are logged in, links that sound as if they did something (log out, delete) are left out too.
    """
    found = [page.absolute(value(node, "href")) for node in page.css("a[href], area[href]")]
    links = (url for url in _of_origin(found, page) if url != urldefrag(page.url).url)
    return [url for url in links if not (logged_in and _ACTS.search(url))]


def _of_origin(addresses: list[str], page: Page) -> list[str]:
    origin = origin_of(page.url)
    whole = (urldefrag(address).url for address in addresses if address)
    mine = (url for url in whole if urlsplit(url).scheme in ("http", "https") and origin_of(url) == origin)
    return list(dict.fromkeys(mine))
