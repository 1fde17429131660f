"""Choose the pages of a scan: the start page, and one page of each route."""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urlsplit

from krafter_audit.http.urls import MAX_STORED_LENGTH
from scanner.page.context import PageContext
from scanner.parsing import sitemap_xml
from scanner.parsing.page_references import same_origin_links
from scanner.parsing.registrable_domain import origin_of
from scanner.parsing.robots_txt import Robots
from scanner.preconditions import Inconclusive

MAX_PAGES = 25  # of one scan
MAX_SITEMAPS = 3  # of the sitemaps that a sitemap index names
MAX_CANDIDATES = 5000  # URLs from which the pages are chosen
# Characters of patterns that are compared with URLs: some 200 URLs with a robots.txt of maximal size.
MAX_COMPARED = 100_000_000
MAX_CRAWL_DELAY = 10.0  # seconds; some sites ask for minutes, and a scan of 25 pages would take hours
AGENT = "krafteraudit"
NOT_ALLOWED = "robots.txt disallows this page; it was checked because it was requested explicitly."

_FILES = re.compile(
    r"\.(?:pdf|zip|gz|tar|rar|7z|exe|dmg|iso|jpe?g|png|gif|webp|avif|svg|ico|css|js|mjs|json|xml|rss|atom|txt|csv|"
    r"docx?|xlsx?|pptx?|mp[34]|webm|ogg|wav|woff2?|ttf|eot)$",
    re.IGNORECASE,
)
_ID = re.compile(r"\d+|[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)


@dataclass(frozen=True)
class Discovery:
    """The pages to scan, the requested page first."""

    pages: list[str]
    delay: float = 0  # seconds: the site's Crawl-delay
    note: str = ""  # says when robots.txt disallows the first page


def discover(context: PageContext, limit: int = MAX_PAGES, *, first: Sequence[str] = ()) -> Discovery:
    """Return at most `limit` pages of the site, all of one origin. Never raises.

    Of each route one page is chosen: that of `first`, if it has one. Sources that are not available are skipped.
    """
    try:
        robots = context.robots_rules
    except Inconclusive:
        # RFC 9309, 2.3.1.4: while robots.txt is unreachable, everything is disallowed.
        return Discovery([context.url])
    delay = min(robots.crawl_delay(AGENT), MAX_CRAWL_DELAY)
    pages = _one_for_each_route([context.url, *_candidates(context, robots, delay, first)], limit)
    # The first page was requested by a person; robots.txt is about what a crawler finds by itself.
    return Discovery(pages, delay, "" if robots.allows(AGENT, context.url) else NOT_ALLOWED)


def _candidates(context: PageContext, robots: Robots, delay: float, first: Sequence[str]) -> Iterator[str]:
    try:
        origin = origin_of(context.page.url)
    except Inconclusive:
        return
    cost, compared = robots.cost(AGENT), 0
    for url in (*first, *_from_sitemap(context, delay), *_from_links(context)):
        if compared > MAX_COMPARED:
            return
        # Also an invalid URL. A URL with a password is never requested, but would be stored.
        if origin_of(url) != origin or "@" in urlsplit(url).netloc:
            continue
        page = urldefrag(url).url
        if len(page) > MAX_STORED_LENGTH or _FILES.search(urlsplit(page).path):
            continue
        compared += cost
        if robots.allows(AGENT, page):
            yield page


def _from_sitemap(context: PageContext, delay: float) -> list[str]:
    try:
        response = context.sitemap
        sitemap = sitemap_xml.parse(response.body) if response.status == 200 else sitemap_xml.Sitemap()
        if not sitemap.is_index:
            return sitemap.urls[:MAX_CANDIDATES]
    except Inconclusive:
        return []
    found: list[str] = []
    # The first sitemaps of an index of thousands have enough routes.
    for url in sitemap.urls[:MAX_SITEMAPS]:
        time.sleep(delay)
        with suppress(Inconclusive):
            found += sitemap_xml.parse(context.fetch("sitemap", "GET", url).body).urls
    return found[:MAX_CANDIDATES]


def _from_links(context: PageContext) -> list[str]:
    try:
        # With site credentials a link may log out or delete something.
        logged_in = context.client.credentials is not None
        return same_origin_links(context.document, logged_in=logged_in)[:MAX_CANDIDATES]
    except Inconclusive:
        return []


def _one_for_each_route(urls: Iterable[str], limit: int) -> list[str]:
    chosen: dict[str, str] = {}
    for url in urls:
        if len(chosen) >= limit:
            break
        chosen.setdefault(route_of(url), url)
    return list(chosen.values())


def route_of(url: str) -> str:
    """Return the route of a URL: ids, and the last of several path segments, are replaced by a star."""
    parts = urlsplit(url)
    segments = ["*" if _ID.fullmatch(part) else part.lower() for part in parts.path.split("/") if part]
    if len(segments) > 1:
        # The last segment is usually the slug of an article or a product.
        segments[-1] = "*"
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join(segments) + ("?" + "&".join(names) if names else "")
