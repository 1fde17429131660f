"""Parsers of what strangers send: right on what the specifications say, and never at a loss."""

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.checks.security.transport import Hsts
from scanner.checks.seo.metadata import viewport_settings
from scanner.parsing import csp_policy, set_cookie, sitemap_xml
from scanner.parsing.language_tags import is_language
from scanner.parsing.registrable_domain import host_of, origin_of, registrable
from scanner.parsing.robots_txt import Robots
from scanner.parsing.set_cookie import Cookie
from scanner.preconditions import Inconclusive
from scanner.tls.certificates import read_certificate


@given(st.text())
def test_no_text_breaks_a_parser(text: str) -> None:
    csp_policy.parse(text)
    set_cookie.parse(text)
    Hsts.parse(text)
    robots = Robots.parse(text)
    robots.allows("krafteraudit", "https://example.com/a?b=c")
    viewport_settings(text)
    is_language(text)
    registrable(host_of(text))
    origin_of(text)


@given(st.binary())
def test_no_bytes_break_a_parser(data: bytes) -> None:
    sitemap_xml.parse(data)
    sitemap_xml.parse(b"\x1f\x8b" + data)
    with pytest.raises(Inconclusive):
        read_certificate(data, None)


ROBOTS = """User-agent: *
Disallow: /private
Allow: /private/open$
Disallow: /*.pdf$
Disallow: /a%2Fb
Crawl-delay: 2

User-agent: GoogleBot
User-agent: bingbot
Disallow: /

User-agent: duck
Noindex: /x
User-agent: archive
Disallow: /

User-agent: quxbot
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("other", "/", True),
        ("other", "/private", False),
        ("other", "/private/open", True),
        ("other", "/private/open/more", False),
        ("other", "/a/b.pdf", False),
        ("other", "/a/b.pdf?page=1", True),
        ("other", "/%70rivate", False),
        ("other", "/a%2fb", False),
        ("other", "/a/b", True),  # a reserved character and its escape are two paths
        ("googlebot", "/anything", False),
        ("bingbot", "/", False),
        ("googlebot-news", "/", True),  # a product token matches as a whole
        ("duck", "/", False),  # an unknown record does not end the list of agents
        ("quxbot", "/private", True),  # a group without rules allows everything
    ],
)
def test_robots_txt_allows_by_the_longest_pattern(agent: str, path: str, allowed: bool) -> None:
    assert Robots.parse(ROBOTS).allows(agent, f"https://example.com{path}") is allowed


# The example of RFC 9309, section 5.1, and the table of section 2.2.2.
EXAMPLE = """User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: tablebot
Disallow: /foo/bar?baz=quz
Disallow: /foo/bar/ツ
Disallow: /foo/baz/%E3%83%84
Disallow: /foo/qux/%62%61%7A
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("anybot", "/image.gif", False),
        ("anybot", "/example/page.html", False),
        ("anybot", "/publications/a", True),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("foobot", "/example/other.html", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("barbot", "/example/other.html", True),
        ("tablebot", "/foo/bar?baz=quz", False),
        ("tablebot", "/foo/bar/%E3%83%84", False),
        ("tablebot", "/foo/baz/ツ", False),
        ("tablebot", "/foo/qux/baz", False),
    ],
)
def test_robots_txt_follows_the_examples_of_rfc_9309(agent: str, path: str, allowed: bool) -> None:
    assert Robots.parse(EXAMPLE).allows(agent, f"https://example.com{path}") is allowed


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("User-agent: *", None),
        ("Sitemap: https://example.com/s.xml", None),
        ("# nothing", None),
        ("Sitemap: /s.xml", "not absolute"),
        ("Disallow: /a", "no user agent"),
        ("Disalow: /a", "unknown directive"),
        ("<html>", "no colon"),
        ("User-agent:", "no user agent"),
    ],
)
def test_an_invalid_line_of_robots_txt_is_a_fault(line: str, fault: str | None) -> None:
    faults = Robots.parse(line).faults

    assert (faults == []) if fault is None else (len(faults) == 1 and fault in faults[0])


def test_patterns_of_robots_txt_take_linear_time() -> None:
    robots = Robots.parse("User-agent: *\nDisallow: /" + "*a" * 5000 + "$")

    assert robots.allows("other", "https://example.com/" + "a" * 4000)


def test_many_agents_with_many_rules_take_linear_time() -> None:
    agents = "".join(f"User-agent: a{number}\n" for number in range(14_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(14_000))
    started = time.process_time()

    assert not Robots.parse(agents + rules).allows("a1", "https://example.com/7")
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("line", "cookie"),
    [
        ("a=1", Cookie("a", False, False, None)),
        ("a=1; secure; HTTPONLY; samesite=Lax", Cookie("a", True, True, "lax")),
        ("a=1; SameSite", Cookie("a", False, False, "")),
        ("a; Secure=no", Cookie("a", True, False, None)),
        ("=1; Secure", None),
        ("", None),
    ],
)
def test_a_cookie_line_is_read_as_browsers_do(line: str, cookie: Cookie | None) -> None:
    assert set_cookie.parse(line) == cookie


BOMB = (
    b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>'
    b"<urlset><url><loc>&lol2;</loc></url></urlset>"
)
OUTSIDE = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'


DOCTYPE = b"<!DOCTYPE urlset><urlset><url><loc>https://a.example/</loc></url></urlset>"
TOO_LARGE = gzip.compress(b"<urlset>" + b" " * sitemap_xml.MAX_BYTES + b"</urlset>", 1)


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE,
        DOCTYPE,
        TOO_LARGE,
        b"",
        b"<html></html>",
        b"<urlset>",
        b"<urlset></urlset",
        b"\x1f\x8bno gzip",
    ],
)
def test_an_invalid_sitemap_has_a_fault_and_no_url(body: bytes) -> None:
    sitemap = sitemap_xml.parse(body)

    assert sitemap.fault
    assert sitemap.urls == []


def test_a_sitemap_compressed_with_gzip_is_read() -> None:
    sitemap = sitemap_xml.parse(gzip.compress(b"<urlset><url><loc>https://a.example/</loc></url></urlset>"))

    assert (sitemap.fault, sitemap.urls) == (None, ["https://a.example/"])


def test_a_sitemap_gives_its_addresses_but_not_those_of_its_pictures() -> None:
    sitemap = sitemap_xml.parse(
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc> https://a.example/&amp;b '
        b"</loc>"
        b"<image:image><image:loc>https://a.example/i.png</image:loc></image:image></url></urlset>"
    )

    assert (sitemap.fault, sitemap.urls) == (None, ["https://a.example/&b"])


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("default-src 'self'", 0),
        ("default-src 'self'; default-src 'none'", 1),
        ("report-uri /a; report-uri /b", 0),
        ("defualt-src 'self'", 1),
        (";;;", 0),
    ],
)
def test_a_policy_says_what_a_browser_ignores(text: str, faults: int) -> None:
    assert len(csp_policy.parse(text).faults) == faults


def test_a_nonce_switches_inline_off_and_strict_dynamic_hosts() -> None:
    policy = csp_policy.parse("script-src 'nonce-a' 'strict-dynamic' 'unsafe-inline' https: 'self'")

    assert policy.fetches("script-src") == {"'nonce-a'", "'strict-dynamic'"}
    assert csp_policy.parse("default-src 'unsafe-inline'").fetches("style-src") == {"'unsafe-inline'"}
    assert csp_policy.parse("img-src 'self'").fetches("script-src") == {"*"}


@pytest.mark.parametrize("tag", ["en", "de-AT", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "haw", "EN-us"])
def test_a_language_that_exists_is_known(tag: str) -> None:
    assert is_language(tag)


@pytest.mark.parametrize("tag", ["", "xx", "english", "e", "en_US", "de-", "qaa", "1a"])
def test_a_language_that_does_not_exist_is_not(tag: str) -> None:
    assert not is_language(tag)
