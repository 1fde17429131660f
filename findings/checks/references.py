"""What a page refers to: its static files and its links, as absolute addresses without doubles."""

from urllib.parse import urldefrag, urlsplit

from findings.checks.page import Page, value
from findings.checks.sites import origin_of

_ASSETS = (("script[src]", "src"), ('link[rel~="stylesheet" i][href]', "href"), ("img[src]", "src"))


def same_origin_assets(page: Page) -> list[str]:
    """Return the scripts, style sheets and images that come from the page's own origin."""
    found = [page.absolute(value(node, name)) for selector, name in _ASSETS for node in page.css(selector)]
    return _of_origin(found, page)


def same_origin_links(page: Page) -> list[str]:
    """Return the pages that the page links to on its own origin, without fragments, itself left out."""
    found = [page.absolute(value(node, "href")) for node in page.css("a[href], area[href]")]
    return [url for url in _of_origin(found, page) if url != urldefrag(page.url).url]


def _of_origin(addresses: list[str], page: Page) -> list[str]:
    origin = origin_of(page.url)
    whole = (urldefrag(address).url for address in addresses if address)
    mine = (url for url in whole if urlsplit(url).scheme in ("http", "https") and origin_of(url) == origin)
    return list(dict.fromkeys(mine))
