"""Which pages of a site a scan looks at: the start, and one page of each kind that its sitemap and links
know.
"""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urlsplit

from scanner.page_context import Facts
from scanner.parsing import sitemap_xml
from scanner.parsing.page_references import same_origin_links
from scanner.parsing.registrable_domain import origin_of
from scanner.parsing.robots_txt import Robots
from scanner.preconditions import CannotLook

MOST_PAGES = 25
MOST_SITEMAPS = 3
MOST_CANDIDATES = 5000
MAX_URL_LENGTH = 2000
LONGEST_DELAY = 10.0
AGENT = "krafteraudit"
NOT_ALLOWED = "robots.txt does not allow this page; it was looked at because it was asked for."

_FILES = re.compile(
    r"\.(?:pdf|zip|gz|tar|rar|7z|exe|dmg|iso|jpe?g|png|gif|webp|avif|svg|ico|css|js|mjs|json|xml|rss|atom|txt|csv|"
    r"docx?|xlsx?|pptx?|mp[34]|webm|ogg|wav|woff2?|ttf|eot)$",
    re.IGNORECASE,
)
_ID = re.compile(r"\d+|[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)


@dataclass(frozen=True)
class Discovery:
    """The pages to look at, the first one the one that was asked for.

    `delay` is the Crawl-delay in seconds that the site asks for, at most 10; `note` says what robots.txt says of the
    first page, where it says something.
    """

    pages: list[str]
    delay: float = 0
    note: str = ""


def discover(facts: Facts, limit: int = MOST_PAGES) -> Discovery:
    """Return the pages of a site to look at, at most `limit`, all of one origin.

    Of pages with the same route (the same path but for ids and a last part) one is taken. robots.txt is
    obeyed for every page but the first, which was asked for. What can't be had is left out; nothing raises.
    """
    try:
        robots = _rules(facts)
    except CannotLook:
        return Discovery([facts.url])
    delay = min(robots.crawl_delay(AGENT), LONGEST_DELAY)
    pages = _one_of_each([facts.url, *_known_pages(facts, robots, delay)], limit)
    return Discovery(pages, delay, "" if robots.allows(AGENT, facts.url) else NOT_ALLOWED)


def _known_pages(facts: Facts, robots: Robots, delay: float) -> Iterator[str]:
    """Yield the pages that the sitemap and the links name and robots.txt allows."""
    try:
        origin = origin_of(facts.page.url)
    except CannotLook:
        return
    for address in (*_from_sitemap(facts, delay), *_from_links(facts)):
        page = urldefrag(address).url
        if (
            origin_of(page) == origin
            and len(page) <= MAX_URL_LENGTH
            and not _FILES.search(urlsplit(page).path)
            and robots.allows(AGENT, page)
        ):
            yield page


def _rules(facts: Facts) -> Robots:
    """Return the rules of robots.txt.

    Raises CannotLook when it is out of order: then nothing may be crawled.
    """
    answer = facts.robots
    if answer.status >= 500 or answer.status == 429:
        raise CannotLook("blocked", f"/robots.txt answered with status {answer.status}.")
    return Robots.parse(answer.text) if answer.status == 200 else Robots()


def _from_sitemap(facts: Facts, delay: float) -> list[str]:
    try:
        answer = facts.sitemap
        sitemap = sitemap_xml.parse(answer.body) if answer.status == 200 else sitemap_xml.Sitemap()
        if not sitemap.is_index:
            return sitemap.addresses[:MOST_CANDIDATES]
        parts = []
        for part in sitemap.addresses[:MOST_SITEMAPS]:
            time.sleep(delay)
            parts.append(facts.ask("sitemap", "GET", part))
    except CannotLook:
        return []
    found = [address for part in parts for address in sitemap_xml.parse(part.body).addresses]
    return found[:MOST_CANDIDATES]


def _from_links(facts: Facts) -> list[str]:
    try:
        logged_in = facts.client.credentials is not None
        return same_origin_links(facts.document, logged_in=logged_in)[:MOST_CANDIDATES]
    except CannotLook:
        return []


def _one_of_each(addresses: Iterable[str], limit: int) -> list[str]:
    chosen: dict[str, str] = {}
    for address in addresses:
        if len(chosen) >= limit:
            break
        chosen.setdefault(route_of(address), address)
    return list(chosen.values())


def route_of(url: str) -> str:
    """Return the kind of page that an address is of: ids, and the last of several parts, become a star."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    kinds = ["*" if _ID.fullmatch(step) else step.lower() for step in steps]
    if len(kinds) > 1:
        kinds[-1] = "*"
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join(kinds) + ("?" + "&".join(names) if names else "")
