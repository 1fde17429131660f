"""Collect the same-origin files and links of a page, as absolute URLs without duplicates."""

import re
from urllib.parse import urldefrag, urlsplit

from scanner.page.page import Page, attribute_value, has_ancestor
from scanner.parsing.registrable_domain import origin_of

_STYLE_SHEETS = ('link[rel~="stylesheet" i][href]', "href")
_ASSETS = (("script[src]", "src"), _STYLE_SHEETS, ("img[src]", "src"))

# Possessive quantifiers: else a value of many digits takes quadratic time, seconds for 8,000.
_REFRESH = re.compile(
    r"\s*+(?=[\d.])(\d*+)[\d.]*+(?:\s*+[;,]|\s)\s*+(?:url\s*+=\s*+)?(.+)", re.IGNORECASE | re.DOTALL
)
_STATE_CHANGING = re.compile(
    r"(?:log|sign)[-_]?(?:out|off)|delete|remove|destroy|cancel|unsubscribe|abmelden|d[eé]connexion",
    re.IGNORECASE,
)


def refresh_of(page: Page) -> tuple[int, str] | None:
    """Return the seconds after which browsers leave the page, and the absolute URL; None where they stay.

    Source: HTML, 4.2.5.3, "shared declarative refresh steps".
    """
    metas = [
        node
        for node in page.css("meta[http-equiv][content]")
        if not has_ancestor(node, "noscript", "template")
    ]
    directives = [
        attribute_value(node, "content")
        for node in metas
        if attribute_value(node, "http-equiv").lower() == "refresh"
    ]
    for directive in [page.header("refresh") or "", *directives]:
        found = _REFRESH.match(directive)
        url = page.absolute(found[2].strip().strip("\"'")) if found else ""
        if found and url and urldefrag(url).url != urldefrag(page.url).url:
            return int(found[1][:9] or 0), url
    return None


def same_origin_assets(page: Page) -> list[str]:
    return _loaded(page, _ASSETS)


def same_origin_style_sheets(page: Page) -> list[str]:
    return _loaded(page, (_STYLE_SHEETS,))


def _loaded(page: Page, kinds: tuple[tuple[str, str], ...]) -> list[str]:
    references = [attribute_value(node, name) for selector, name in kinds for node in page.css(selector)]
    # An empty reference would load the page itself, which browsers do not do.
    return _same_origin([page.absolute(reference) for reference in references if reference.strip()], page)


def same_origin_links(page: Page, *, logged_in: bool = False) -> list[str]:
    """Return the same-origin pages to which the page leads, without fragments and itself.

    They are those that it links to, shows in a frameset, or is replaced by (refresh).
    """
    anchors = [attribute_value(node, "href") for node in page.css("a[href], area[href]")]
    frames = [attribute_value(node, "src") for node in page.css("frame[src]")]
    next_page = refresh_of(page)
    found = [next_page[1]] if next_page else []
    found += [page.absolute(reference) for reference in anchors + frames]
    links = (url for url in _same_origin(found, page) if url != urldefrag(page.url).url)
    # With site credentials a GET of such a link may log out, or delete data of the site.
    return [url for url in links if not (logged_in and _STATE_CHANGING.search(url))]


def _same_origin(urls: list[str], page: Page) -> list[str]:
    origin = origin_of(page.url)
    whole = (urldefrag(url).url for url in urls if url)
    own = (url for url in whole if urlsplit(url).scheme in ("http", "https") and origin_of(url) == origin)
    return list(dict.fromkeys(own))
