"""The pages that a scan chooses."""

from collections.abc import Sequence
from urllib.parse import urljoin

import pytest

from scanner import crawler
from scanner.crawler import discover, route_of
from scanner.page.context import PageContext
from tests.fakes.website import Answer, Site, loopback_client, served

HTML = [("Content-Type", "text/html")]


def sitemap(*paths: str) -> Answer:
    return Answer(
        "<urlset>" + "".join(f"<url><loc>{{url}}{path}</loc></url>" for path in paths) + "</urlset>"
    )


def page_with_links(*addresses: str) -> Answer:
    return Answer(
        "<title>Start</title>" + "".join(f'<a href="{address}">x</a>' for address in addresses), headers=HTML
    )


def discovered(site: Site, limit: int = 25, first: Sequence[str] = ()) -> list[str]:
    with served(site), loopback_client() as client:
        pages = [urljoin(site.url, page) for page in first]
        found = discover(PageContext(site.url, client, retry_delays=()), limit, first=pages)
        return [page.removeprefix(site.url.rstrip("/")) for page in found.pages]


def test_one_page_of_each_route_in_sitemap_and_links_is_chosen() -> None:
    site = Site(
        {
            "/": page_with_links(
                "/about", "/blog/first-post", "/blog/second-post", "/shop/17", "about#team", "/logo.png"
            ),
            "/sitemap.xml": sitemap("/", "/contact", "/blog/third-post", "/list?page=1", "/list?page=2"),
        }
    )

    assert discovered(site) == ["/", "/contact", "/blog/third-post", "/list?page=1", "/about", "/shop/17"]


def test_requested_pages_are_chosen_first_and_for_their_routes() -> None:
    site = Site(
        {
            "/": page_with_links("/about", "/blog/first-post", "/blog/second-post"),
            "/robots.txt": Answer(
                "User-agent: *\nDisallow: /closed", headers=[("Content-Type", "text/plain")]
            ),
        }
    )
    first = ["/blog/second-post", "https://example.com/other", "/closed"]

    assert discovered(site, first=first) == ["/", "/blog/second-post", "/about"]


def test_other_origins_are_excluded() -> None:
    site = Site(
        {
            "/": page_with_links(
                "https://example.com/a", "//example.net/b", "mailto:a@b.c", "javascript:go()", "/c"
            )
        }
    )

    assert discovered(site) == ["/", "/c"]


def test_urls_with_a_password_are_excluded() -> None:
    site = Site()

    def start(*_: object) -> Answer:
        return page_with_links("/a", site.url.replace("//", "//user:password@") + "b")

    site.answers["/"] = start

    assert discovered(site) == ["/", "/a"]


def test_robots_txt_is_obeyed_except_for_the_requested_page() -> None:
    robots = Answer("User-agent: *\nDisallow: /\nAllow: /open", headers=[("Content-Type", "text/plain")])
    site = Site({"/": page_with_links("/closed", "/open"), "/robots.txt": robots})

    assert discovered(site) == ["/", "/open"]


def test_unavailable_robots_txt_stops_discovery() -> None:
    site = Site({"/": page_with_links("/a"), "/robots.txt": Answer("busy", 503)})

    assert discovered(site) == ["/"]


def test_sitemap_index_is_followed() -> None:
    index = Answer("<sitemapindex><sitemap><loc>{url}/part.xml</loc></sitemap></sitemapindex>")
    site = Site({"/": page_with_links(), "/sitemap.xml": index, "/part.xml": sitemap("/deep/page")})

    assert discovered(site) == ["/", "/deep/page"]


def test_discovery_stops_at_the_limit() -> None:
    site = Site({"/": page_with_links(*(f"/page-{number}" for number in range(60)))})

    assert len(discovered(site)) == 25
    assert len(discovered(site, 3)) == 3


@pytest.mark.parametrize(
    "answer", [Answer("no", 500), Answer(hang_up=True), Answer("x", 404), Answer(b"\xff\x00")]
)
def test_unreadable_start_page_is_the_only_page(answer: Answer) -> None:
    assert discovered(Site({"/": answer})) == ["/"]


def test_discovery_and_checks_share_fetched_facts() -> None:
    site = Site({"/": page_with_links("/a"), "/a": page_with_links("/")})
    with served(site), loopback_client() as client:
        start = PageContext(site.url, client, retry_delays=())
        pages = [start.sibling(page) if page != site.url else start for page in discover(start).pages]
        for page in pages:
            page.robots  # noqa: B018 - to read a fact is to fetch it

    assert site.paths().count("/") == 1
    assert site.paths().count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/blog/a", "/blog/b", True),
        ("/users/17", "/users/18", True),
        ("/orders/3f2a9b1c7d/edit", "/orders/aaaaaaaaaa/edit", True),
        ("/a", "/b", False),
        ("/a?x=1", "/a?x=2", True),
        ("/a?x=1", "/a?y=1", False),
        ("/a/", "/a", True),
    ],
)
def test_route_of_a_url(one: str, other: str, same: bool) -> None:
    assert (route_of(f"https://example.com{one}") == route_of(f"https://example.com{other}")) is same


def test_invalid_urls_of_a_sitemap_are_skipped() -> None:
    locations = "".join(f"<url><loc>{url}</loc></url>" for url in ("http://[bad/#a", "{url}/a", "//[/b#a"))
    site = Site({"/": page_with_links(), "/sitemap.xml": Answer(f"<urlset>{locations}</urlset>")})

    assert discovered(site) == ["/", "/a"]


def test_sitemap_of_an_index_that_does_not_answer_is_skipped() -> None:
    index = "".join(f"<sitemap><loc>{{url}}{path}</loc></sitemap>" for path in ("/a.xml", "/b.xml", "/c.xml"))
    site = Site(
        {
            "/": page_with_links(),
            "/sitemap.xml": Answer(f"<sitemapindex>{index}</sitemapindex>"),
            "/a.xml": sitemap("/a"),
            "/b.xml": Answer(hang_up=True),
            "/c.xml": sitemap("/c"),
        }
    )

    assert discovered(site) == ["/", "/a", "/c"]


def test_page_that_replaces_the_start_page_is_scanned() -> None:
    refresh = Answer('<title>Shop</title><meta http-equiv="refresh" content="0; url=/en/">', headers=HTML)

    assert discovered(Site({"/": refresh})) == ["/", "/en/"]


def test_limited_number_of_urls_is_compared_with_a_large_robots_txt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler, "MAX_COMPARED", 1000)
    rules = "".join(f"Disallow: /*{number}*x\n" for number in range(10))
    closed = [f"/closed/{number}" for number in range(50)]
    site = Site(
        {
            "/": page_with_links("/about"),
            "/robots.txt": Answer(f"User-agent: *\nDisallow: /closed\n{rules}"),
            "/sitemap.xml": sitemap("/open", *closed, "/late"),
        }
    )

    assert discovered(site) == ["/", "/open"]
