"""A refresh leads to another page, as the HTML standard reads it."""

from dataclasses import replace

import pytest

from krafter_audit.http.client import Headers
from scanner.page.page import Page
from scanner.parsing.page_references import refresh_of, same_origin_links
from tests.fakes.html_response import html_response


def page(body: str, refresh: str = "") -> Page:
    response = html_response(body, url="http://a/")
    sent = [(b"content-type", b"text/html"), (b"refresh", refresh.encode())]
    return Page(replace(response, headers=Headers(sent)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("0; url=/en/", (0, "http://a/en/")),
        ("0;URL='/en/'", (0, "http://a/en/")),
        ("5,/en/", (5, "http://a/en/")),
        ("5 /en/", (5, "http://a/en/")),
        (' 1.5 ; url = "/en/"', (1, "http://a/en/")),
        (".5; url=https://b/", (0, "https://b/")),
        ("0; url=/", None),
        ("0; url=#top", None),
        ("30", None),
        ("30;", None),
        ("x; url=/en/", None),
        ("", None),
    ],
)
def test_refresh_of_a_page(content: str, expected: tuple[int, str] | None) -> None:
    quoted = content.replace('"', "&quot;")

    assert refresh_of(page(f'<meta http-equiv="Refresh" content="{quoted}">')) == expected
    assert refresh_of(page("<p>Lamps", content)) == expected


@pytest.mark.parametrize("tag", ["noscript", "template"])
def test_refresh_for_other_browsers_is_none(tag: str) -> None:
    inside = f'<head><{tag}><meta http-equiv="refresh" content="0; url=/en/"></{tag}></head>'

    assert refresh_of(page(inside)) is None


def test_page_after_a_refresh_is_an_internal_link() -> None:
    text = '<meta http-equiv="refresh" content="0; url=/en/#top"><a href="/de/">Deutsch</a>'

    assert same_origin_links(page(text)) == ["http://a/en/", "http://a/de/"]
