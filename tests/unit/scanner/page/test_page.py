"""A page is parsed, and its URLs are resolved, as by browsers."""

from dataclasses import replace

import pytest

from krafter_audit.http.client import Headers
from scanner.page.page import Page, attribute_value
from scanner.parsing.page_references import same_origin_assets, same_origin_links
from tests.fakes.html_response import html_response

HERE = "https://xn--mnchen-3ya.example/a/b.html"


def page(text: str, kind: str = "text/html") -> Page:
    headers = Headers([(b"content-type", kind.encode())])
    return Page(replace(html_response(text), url=HERE, headers=headers))


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        (" c.html\n", "/a/c.html"),
        ("c\n\t d.html", "/a/c%20d.html"),
        ("my file.pdf?q=a b", "/a/my%20file.pdf?q=a%20b"),
        ("\\c\\d.html?e=\\f", "/c/d.html?e=%5Cf"),
        ("https://xn--mnchen-3ya.example/c/../d/./e?f=/../g#/./h", "/d/e?f=/../g#/./h"),
        ("https://xn--mnchen-3ya.example/c//.well-known/d", "/c//.well-known/d"),
        ("HTTPS:\\\\xn--mnchen-3ya.example\\c", "/c"),
        ("?x=1", "/a/b.html?x=1"),
        ("../../c", "/c"),
    ],
)
def test_reference_is_resolved_as_by_browsers(reference: str, url: str) -> None:
    resolved = page("<p>A").absolute(reference)

    assert resolved.lower() == f"https://xn--mnchen-3ya.example{url}".lower()


@pytest.mark.parametrize("reference", ["javascript:a = '\\n '", "data:text/plain,a b", "mailto:a b"])
def test_reference_of_another_scheme_is_kept(reference: str) -> None:
    assert page("<p>A").absolute(reference) == reference


def test_host_in_unicode_is_that_in_ascii() -> None:
    sent = page(
        '<a href="https://München.example/c">C</a><script src="https://münchen.example/d.js"></script>'
    )

    assert same_origin_links(sent) == ["https://München.example/c"]
    assert same_origin_assets(sent) == ["https://münchen.example/d.js"]


SELF_CLOSED = (
    '<script src="a.js?b>c"/><title>T</title><style/><link rel="icon"/><p id="a/b"/><a href=\'c\' / ></a>'
)


def test_elements_of_xhtml_close_themselves() -> None:
    found = page(f"<html><head>{SELF_CLOSED}<p>Text</p></html>", "application/xhtml+xml; charset=utf-8")

    assert found.title == "T"
    assert [node.tag for node in found.css("script, style, link, p")] == ["script", "style", "link", "p", "p"]
    assert page(f"<html><head>{SELF_CLOSED}").title == ""


@pytest.mark.parametrize(("body", "images"), [("</head><body>", ["d"]), ("</head>", []), ("", [])])
def test_noscript_with_an_image_does_not_end_the_head(body: str, images: list[str]) -> None:
    sent = page(
        f"<head><NOSCRIPT><img src=a></NOSCRIPT><meta name=b content=c>{body}<p>Text<noscript><img src=d>"
    )

    assert len(sent.css("head meta")) == 1
    assert [attribute_value(node, "src") for node in sent.css("img")] == images


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_links_are_resolved_against_the_start_of_a_very_long_base() -> None:
    links = "".join(f"<a href={number}>" for number in range(20_000))
    found = page(f'<base href="http://a.example/{"b/" * 500_000}">{links}')

    # With all of it, it would take minutes.
    urls = [found.absolute(attribute_value(node, "href")) for node in found.css("a")]

    assert len(set(urls)) == 20_000
    assert all(url.startswith("http://a.example/b/b/") and len(url) < 9000 for url in urls)


@pytest.mark.parametrize(
    ("segments", "links", "is_too_long"), [(4000, 10_000, True), (4000, 500, False), (20, 100_000, False)]
)
def test_page_with_many_links_and_a_long_base_exceeds_the_limits(
    segments: int, links: int, is_too_long: bool
) -> None:
    found = page(f'<base href="http://a.example/{"b/" * segments}">' + "<img src=../c>" * links)

    assert found.exceeds_limits == is_too_long
