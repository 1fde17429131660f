"""Sitemaps as real sites publish them."""

import pytest

from scanner.engine import run_checks
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED
from tests.fakes.website import Answer, loopback_client, served
from tests.unit.scanner.checks.base_page import good_site


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("https://example.com/a\nhttps://example.com/b\n", PASSED),
        ("<rss version='2.0'><channel></channel></rss>", PASSED),
        ("<urlset><url><loc>/a</loc></url></urlset>", FAILED),
        ("<urlset><url><loc>https://example.com/a</loc></url></urlset>", PASSED),
    ],
)
def test_sitemap(text: str, status: str) -> None:
    robots = Answer("Sitemap: {url}/map", headers=[("Content-Type", "text/plain")])
    with (
        served(good_site(**{"/robots.txt": robots, "/map": Answer(text)})) as site,
        loopback_client() as client,
    ):
        outcome = dict(run_checks(site.url, ["sitemap_valid"], client=client, retry_delays=()))[
            "sitemap_valid"
        ]

    assert outcome.status == status, outcome.evidence


@pytest.mark.parametrize("status", [200, 404])
def test_sitemap_is_not_judged_where_robots_txt_that_may_name_it_is_not_read(status: int) -> None:
    robots = Answer(b"\x0b\x02\x80", headers=[("Content-Type", "text/plain"), ("Content-Encoding", "br")])
    sitemap = Answer("https://example.com/a\n", status)
    with (
        served(good_site(**{"/robots.txt": robots, "/sitemap.xml": sitemap})) as site,
        loopback_client() as client,
    ):
        outcome = dict(run_checks(site.url, ["sitemap_valid"], client=client, retry_delays=()))[
            "sitemap_valid"
        ]

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "not_available")
