"""The text of an element as a screen reader would read it."""

import pytest

from scanner.page.page import Page
from scanner.parsing.element_text import text_of
from tests.fakes.html_response import html_response


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a>Read <b>the</b>\n terms</a>", "Read the terms"),
        ('<a><img alt="Cart"> 2</a>', "Cart 2"),
        ('<a><img title="Cart"></a>', "Cart"),
        ("<a><svg><title>Close</title></svg></a>", "Close"),
        ('<a><span aria-label="Menu">x</span></a>', "Menu"),
        ('<a><input value="Go"></a>', "Go"),
        ('<a>Shown<span hidden>a</span><span aria-hidden="true">b</span></a>', "Shown"),
        ('<a>Shown<span style="display: none">c</span><script>d</script></a>', "Shown"),
        ('<a title="not its own"></a>', ""),
        ("<a>" + "<i>" * 300 + "deep</a>", ""),
    ],
)
def test_text_of_an_element(html: str, text: str) -> None:
    node = Page(html_response(html)).first("a")

    assert node is not None
    assert text_of(node) == text
