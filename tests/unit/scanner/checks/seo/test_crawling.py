"""Sitemaps as real sites publish them, and the status of a page that is an error page or none."""

import pytest

from scanner.outcome import FAILED, INCONCLUSIVE, PASSED
from tests.fakes.website import Answer, Site
from tests.unit.scanner.checks.base_page import good_site
from tests.unit.scanner.site_checks import outcome_of, outcomes_of_fix


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("https://example.com/a\nhttps://example.com/b\n", PASSED),
        ("<rss version='2.0'><channel></channel></rss>", PASSED),
        ("<urlset><url><loc>/a</loc></url></urlset>", FAILED),
        ("<urlset><url><loc>https://example.com/a</loc></url></urlset>", PASSED),
    ],
)
def test_sitemap_is_judged_by_its_format(text: str, status: str) -> None:
    robots = Answer("Sitemap: {url}/map", headers=[("Content-Type", "text/plain")])

    outcome = outcome_of("sitemap_valid", good_site(**{"/robots.txt": robots, "/map": Answer(text)}))

    assert outcome.status == status, outcome.evidence


@pytest.mark.parametrize("status", [200, 404])
def test_sitemap_is_not_judged_where_robots_txt_that_may_name_it_is_not_read(status: int) -> None:
    robots = Answer(b"\x0b\x02\x80", headers=[("Content-Type", "text/plain"), ("Content-Encoding", "br")])
    sitemap = Answer("https://example.com/a\n", status)

    outcome = outcome_of("sitemap_valid", good_site(**{"/robots.txt": robots, "/sitemap.xml": sitemap}))

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "not_available")


HTML = [("Content-Type", "text/html; charset=utf-8")]
OOPS = "<title>Our shop</title><p>Oops! Something seems wrong here. <a href=/>Begin again</a>"
LAMPS = "<title>Our shop</title><p>Floor lamps, table lamps and lanterns, delivered within three days."
APPLICATION = "<title>Our shop</title><div id=app></div><script src=/app.js></script>"
ELSEWHERE = [("Location", "/"), ("Location", "/shop")]


@pytest.mark.parametrize(
    ("now", "elsewhere", "expected"),
    [
        (Answer(OOPS, 200, HTML), OOPS, (INCONCLUSIVE, "target_missing")),
        (Answer(f"{OOPS}<a href=/lamps>", 200, HTML), OOPS, (INCONCLUSIVE, "target_missing")),
        (Answer(LAMPS, 200, HTML), OOPS, (PASSED, None)),
        (Answer(APPLICATION, 200, HTML), APPLICATION, (PASSED, None)),
        (Answer(status=301, headers=[("Location", "/")]), OOPS, (PASSED, None)),
        (Answer(LAMPS, 302, HTML), "", (INCONCLUSIVE, "target_missing")),
        (Answer(LAMPS, 302, [*HTML, *ELSEWHERE]), "", (INCONCLUSIVE, "target_missing")),
        (Answer(LAMPS, 206, HTML), "", (INCONCLUSIVE, "truncated")),
        (
            Answer(b"\x0b\x02\x80", 200, [*HTML, ("Content-Encoding", "br")]),
            "",
            (INCONCLUSIVE, "not_available"),
        ),
    ],
)
def test_page_that_is_not_found_is_not_fixed_by_another_status(
    now: Answer, elsewhere: str, expected: tuple[str, str | None]
) -> None:
    site = Site({"/": Answer(LAMPS, 200, HTML), "/lamps": Answer("gone", 404, HTML)})
    otherwise = Answer(elsewhere, 200 if elsewhere else 404, HTML)

    _, after = outcomes_of_fix("http_status_ok", site, {"/lamps": now}, path="lamps", otherwise=otherwise)

    assert (after.status, after.reason) == expected


JSON = [("Content-Type", "application/json")]
ERROR = (
    "<title>Our shop</title><p>Unfortunately nothing could be shown. Request {id}, please return tomorrow."
)
MENU = "<title>Our shop</title><nav><a href=/lamps>Lamps</a> <a href=/tables>Tables</a></nav>"
OWN = "<title>Opening hours – Our shop</title><p>Monday to Friday"
LONG = MENU + "".join(
    f"<p>lantern{letter} candle{letter} shade{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"
)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (Answer(ERROR, 500, HTML), Answer(ERROR, 200, HTML), (INCONCLUSIVE, "target_missing")),
        (
            Answer(ERROR.replace("{id}", "4f1"), 500, HTML),
            Answer(ERROR.replace("{id}", "93c"), 200, HTML),
            (INCONCLUSIVE, "target_missing"),
        ),
        (Answer('{"a": 1}', 500, JSON), Answer('{"a": 1}', 200, JSON), (INCONCLUSIVE, "target_missing")),
        (Answer('{"a": 1}', 500, JSON), Answer('{"a": 2}', 200, JSON), (PASSED, None)),
        (Answer(APPLICATION, 404, HTML), Answer(APPLICATION, 200, HTML), (PASSED, None)),
        (Answer(LONG, 404, HTML), Answer(LONG, 200, HTML), (PASSED, None)),
        (Answer(OWN, 404, HTML), Answer(OWN, 200, HTML), (PASSED, None)),
        (Answer(OWN, 500, HTML), Answer(OWN, 200, HTML), (INCONCLUSIVE, "target_missing")),
        (Answer(LONG, 500, HTML), Answer(LONG, 200, HTML), (PASSED, None)),
        (Answer(ERROR, 500, HTML), Answer(LAMPS, 200, HTML), (PASSED, None)),
        (
            Answer(ERROR, 500, HTML),
            Answer("<title>Our shop</title><body><main></main>", 200, HTML),
            (INCONCLUSIVE, "target_missing"),
        ),
        (
            Answer(ERROR, 500, HTML),
            Answer("<title>Our shop</title><img src=/lamp.jpg>", 200, HTML),
            (PASSED, None),
        ),
    ],
    ids=[
        "same",
        "other id",
        "same JSON",
        "other JSON",
        "application in scripts",
        "page",
        "page with its own title",
        "server error with its own title",
        "page that a server error follows",
        "page in its place",
        "blank page",
        "image in its place",
    ],
)
def test_error_page_that_is_sent_with_another_status_is_no_page(
    before: Answer, now: Answer, expected: tuple[str, str | None]
) -> None:
    site = Site({"/": Answer(MENU, 200, HTML), "/lamps": before})

    found, after = outcomes_of_fix("http_status_ok", site, {"/lamps": now}, path="lamps")

    assert (found.status, after.status, after.reason) == (FAILED, *expected)


@pytest.mark.parametrize(
    ("sitemap", "status"),
    [
        ("<urlset></urlset>", FAILED),
        ("<sitemapindex></sitemapindex>", FAILED),
        ("<urlset><url><loc>https://example.com/a</loc></url></urlset>", PASSED),
        ("<rss version='2.0'><channel></channel></rss>", PASSED),
    ],
)
def test_sitemap_without_urls_does_not_replace_a_missing_one(sitemap: str, status: str) -> None:
    site = good_site(**{"/robots.txt": Answer("", 404), "/sitemap.xml": Answer("", 404)})

    outcomes = outcomes_of_fix("sitemap_valid", site, {"/sitemap.xml": Answer(sitemap)})

    assert [outcome.status for outcome in outcomes] == [FAILED, status]
