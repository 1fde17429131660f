"""HTML that would keep a parser busy is detected before it is parsed."""

import time

import pytest

from scanner.page.page import Page
from scanner.parsing.parser_limits import exceeds_parser_limits
from tests.fakes.faulty_site import GOOD_PAGE
from tests.fakes.html_response import html_response

pytestmark = pytest.mark.slow

BOMBS = {
    "elements in elements": "<div>" * 400_000,
    "elements of no name": "<x-y>" * 400_000,
    "styles reopened in every paragraph": "<p>".join(f"<b x={number}>" for number in range(20_000)),
    "options": "<select>" + "<option>x" * 200_000,
    "attributes": "<div " + " ".join(f"a{number}=1" for number in range(200_000)) + ">",
    "behind a script": "<script>a<b</script>" + "<div>" * 400_000,
}
PAGES = {
    "a good page": GOOD_PAGE,
    "a long list without end tags": "<ul>" + "<li>one" * 100_000,
    "a large table": "<table>" + "<tr><td>x<td>y" * 50_000,
    "cells with styles left open": "<table>" + "<tr><td><font>x" * 5000,
    "many short paragraphs": "<p>Text with <b>bold</b> and <a href=x>links</a>" * 20_000,
    "cards": "<div><a href=x><div><span>x</span></div></a></div>" * 20_000,
    "a picture in an attribute": f'<img alt="a" src="data:image/png;base64,{"A b " * 200_000}">',
    "a style sheet in a comment": "<style><!-- " + "margin: 0; " * 20_000 + "--></style>",
    "data in a CDATA section": "<script><![CDATA[" + '{"a": 1, "b": 2} ' * 20_000 + "]]></script>",
    "a script with comparisons": "<script>" + "if(a<b&&c<d){}" * 50_000 + "</script>",
    "nothing but brackets": "<" * 2_000_000,
    "scripts that never end": "<script" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_html_bomb_exceeds_the_limits(name: str):
    started = time.process_time()

    assert exceeds_parser_limits(BOMBS[name])
    assert time.process_time() - started < 1.5


SIZE = 2_000_000
HIDDEN_BOMBS = {
    "cells in an image": ("", "<svg><td></x>"),
    "attributes of one tag without spaces": ("<a ", "a{}=''"),
    "attributes of many tags": ("", "<body a{}>"),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", HIDDEN_BOMBS)
def test_html_bomb_that_is_not_counted_exceeds_the_limits(name: str) -> None:
    start, unit = HIDDEN_BOMBS[name]
    html = start + "".join(unit.replace("{}", str(number)) for number in range(SIZE // (len(unit) + 4)))

    # To parse it would take minutes.
    assert Page(html_response(html)).exceeds_limits


DEEP = "<div>" * 4000
NESTED = {
    "images": DEEP + "<img>" * 10_000,
    "text in headings": "<h1><div>" * 2000 + "word " * 100_000,
    "text in listings": "<pre>" * 4000 + "word " * 100_000,
    "styles in styles": "<svg>" + "<style>a" * 30_000,
    "small page": "<div></x>" * 9000,
}


@pytest.mark.parametrize("name", NESTED)
def test_nested_page_exceeds_the_limits(name: str) -> None:
    assert Page(html_response(NESTED[name])).exceeds_limits


@pytest.mark.parametrize("name", PAGES)
def test_large_page_is_within_the_limits(name: str) -> None:
    assert not Page(html_response(PAGES[name])).exceeds_limits
