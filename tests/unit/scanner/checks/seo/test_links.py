"""Links, canonical URLs and hreflang as real pages write them."""

from types import SimpleNamespace
from typing import Any

import pytest

from scanner.checks.seo.links import canonical_is_valid
from scanner.outcome import FAILED, PASSED
from scanner.page.page import Page
from tests.fakes.html_response import html_response
from tests.fakes.website import Answer, Site
from tests.unit.scanner.site_checks import outcome_of

LINK_TEXTS = [
    ('<html lang="sv"><a href="/a">Start</a>', PASSED),
    ('<html lang="de-AT"><a href="/a">Meer</a>', PASSED),
    ('<html lang="de"><a href="/a">Hier</a>', FAILED),
    ('<html lang="de"><a href="/a">Read more</a>', FAILED),
    ('<html lang="fr"><p lang="EN-gb"><a href="/a">Start</a>', FAILED),
    ('<html lang="en"><a href="/a">Plus</a>', PASSED),
    ('<html><a href="/a">Start</a>', FAILED),
    ('<h2 id="a:1">Delivery</h2><a href="/a" aria-labelledby="a:1 b" id="b">Read more</a>', PASSED),
    ('<a href="/a" aria-labelledby="gone">Read more</a>', FAILED),
    ('<a href="/a">Read\u200b more\u200b</a>', FAILED),
    ('<a href="/a" aria-label="\u200b">Read more</a>', FAILED),
    ('<a href="/a"><b aria-label="\u3164">Read more</b></a>', FAILED),
]
CANONICALS = [
    ("/index.html", "{url}/", "", PASSED),
    ("/Default.aspx", "{url}/", "", PASSED),
    ("/index/a", "{url}/", "", FAILED),
    ("/a", "{url}/?p=12", "", PASSED),
    ("/a", "{url}/#a", "", FAILED),
    ("/a", "{url}/a", '<{url}/a>; rel="canonical"', PASSED),
    (
        "/a",
        "{url}/a",
        "<{url}/b.css>; rel=preload, <{url}/b>; title=\"b\"; rel='x', <{url}/a>; rel=canonical",
        PASSED,
    ),
    ("/a", "{url}/a", '<{url}/b>; title="a; rel=canonical"; rel="next"', PASSED),
    ("/a", "{url}/a", '<{url}/b>; rel="alternate Canonical"', FAILED),
    ("/a", "{url}/a", "<{url}/b>;REL = canonical", FAILED),
    ("/a", "{url}/a", "<{url}/b>; rel=canonical-of-old", PASSED),
    ("/a", "{url}/a", '<{url}/c>; rel="preload", <{url}/b>; type="text/html"; rel="canonical"', FAILED),
]
ALTERNATES = [
    ("en-UK", FAILED),
    ("en-GB", PASSED),
    ("en-EU", FAILED),
    ("uk", PASSED),
    ("eu", PASSED),
    ("X-Default", PASSED),
]


def status_of(key: str, path: str, text: str, link: str = "") -> str:
    headers = [("Content-Type", "text/html"), *([("Link", link)] if link else [])]
    site = Site({path: Answer(text, headers=headers)})
    return outcome_of(key, site, path=path.removeprefix("/")).status


@pytest.mark.parametrize(("text", "status"), LINK_TEXTS)
def test_text_counts_in_its_language(text: str, status: str) -> None:
    assert status_of("link_text", "/", f"{text}<p>{'word ' * 20}") == status


@pytest.mark.parametrize(("path", "url", "header", "status"), CANONICALS)
def test_canonical_url_in_the_markup_or_header_is_judged(
    path: str, url: str, header: str, status: str
) -> None:
    assert (
        status_of("canonical_valid", path, f'<title>A</title><link rel="canonical" href="{url}">', header)
        == status
    )


@pytest.mark.parametrize(("language", "status"), ALTERNATES)
def test_region_of_hreflang(language: str, status: str) -> None:
    text = f'<title>A</title><link rel="alternate" hreflang="{language}" href="https://example.com/a">'

    assert status_of("hreflang_valid", "/", text) == status


@pytest.mark.parametrize(
    ("href", "status"),
    [
        ("javascript:window.print()", PASSED),
        ("javascript: history.go( -1 );", PASSED),
        ("JavaScript:self.close();", PASSED),
        ("javascript:window.print();window.location.reload();", PASSED),
        ("javascript:history.go(-1); return false;", PASSED),
        ("javascript:print();location='/a'", FAILED),
        ("javascript:window.close();window.open('/a')", FAILED),
        ("javascript:void(0)", FAILED),
        ("javascript:openPage('a')", FAILED),
        ("javascript:location.href='/a'", FAILED),
    ],
)
def test_javascript_link_passes_only_to_print_to_close_or_to_go_back(href: str, status: str) -> None:
    text = f'<title>A</title><p>{"word " * 20}<a href="{href}">A</a>'

    assert status_of("crawlable_anchors", "/", text) == status


@pytest.mark.parametrize(
    ("here", "canonical", "status"),
    [
        ("https://www.example.com/a", "http://localhost:4000/a", FAILED),
        ("https://www.example.com/a", "http://0.0.0.0:4000/a", FAILED),
        ("https://www.example.com/a", "https://[::1]/a", FAILED),
        ("https://www.example.com/a", "https://192.168.1.5/a", FAILED),
        ("https://www.example.com/a", "https://localhost.example.com/a", PASSED),
        ("http://192.168.1.5/a", "http://localhost/a", PASSED),
        ("https://www.example.com/a", "https://shop.internal/a", FAILED),
        ("https://www.example.com/a", "https://shop.test/a", FAILED),
        ("https://www.example.com/a", "https://staging/a", FAILED),
        ("https://www.example.com/a", "http://localhost./a", FAILED),
        ("https://www.example.com/a", "http://127.1/a", FAILED),
        ("https://www.example.com/a", "https://[64:ff9b::7f00:1]/a", FAILED),
        ("https://www.example.com/a", "https://[2002:7f00:1::]/a", FAILED),
        ("https://www.example.com/a", "https://192.0.0.192/a", FAILED),
        ("https://www.example.com/a", "https://8.8.8.8/a", PASSED),
        ("https://shop.test/a", "https://shop.test/a", PASSED),
    ],
)
def test_canonical_url_of_a_development_server(here: str, canonical: str, status: str) -> None:
    page = Page(html_response(f'<link rel="canonical" href="{canonical}">', url=here))
    context: Any = SimpleNamespace(markup=page, document=page)

    assert canonical_is_valid(context).status == status


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_labels_of_many_links_are_found_in_linear_time() -> None:
    links = "".join(f'<a id="a{n}" aria-labelledby="a{n}" href="/{n}">Page {n}</a>' for n in range(20_000))

    # To search the page for each of them would take minutes.
    assert status_of("link_text", "/", f"<title>Links</title>{links}") == PASSED
