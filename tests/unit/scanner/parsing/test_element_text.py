"""The text of an element as a screen reader would read it."""

import pytest

from scanner.page.page import Page
from scanner.parsing import element_text
from scanner.parsing.element_text import ElementTexts
from scanner.preconditions import Inconclusive
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
        ('<a><span aria-label="\u200b">x</span></a>', "x"),
        ('<a><img alt="\u2060" title="Cart"></a>', "Cart"),
        ('<a>Shown<span hidden>a</span><span aria-hidden="true">b</span></a>', "Shown"),
        ('<a>Shown<span style="display: none">c</span><script>d</script></a>', "Shown"),
        ('<a title="not its own"></a>', ""),
        ("<a>" + "<i>" * 300 + "deep</a>", ""),
    ],
)
def test_text_of_an_element(html: str, text: str) -> None:
    node = Page(html_response(html)).first("a")

    assert node is not None
    assert ElementTexts().of(node) == text


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_long_text_deep_in_an_element_is_split_once() -> None:
    node = Page(html_response("<a>" + "<i>" * 190 + "word " * 350_000)).first("a")

    # Split at each level and for each of a thousand links, it would take minutes.
    assert node is not None
    assert {ElementTexts().of(node) for _ in range(1000)} == {" ".join(["word"] * element_text.MAX_WORDS)}


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("html", ["<p>" + "<br>" * 200_000, "<p>"], ids=["large", "empty"])
def test_element_that_is_read_too_often_is_inconclusive(html: str) -> None:
    node, texts = Page(html_response(html)).first("p"), ElementTexts()
    assert node is not None

    with pytest.raises(Inconclusive) as raised:
        list(map(texts.of, [node] * (element_text.MAX_NODES + 1)))

    assert raised.value.reason == "truncated"
