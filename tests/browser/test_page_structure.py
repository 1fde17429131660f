"""Pages that have the same elements with other words are alike; what axe-core would report makes them differ."""

import pytest

from tests.browser.page_structure import with_new_structure

PAGE = '<h1>A</h1><h2>B</h2><p>C</p><label for="x">D</label><input id="x"><a href="/e">E</a>'


def is_new(html: str) -> bool:
    return with_new_structure([("/first", PAGE), ("/second", html)]) == ["/first", "/second"]


def test_pages_with_other_words_are_alike() -> None:
    assert not is_new('<h1>1</h1><p>2</p><h2>3</h2><p>4</p><a href="/5">5</a>')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('for="x"', 'for="y"'),
        ("<h2>B</h2>", "<h3>B</h3>"),
        ('<a href="/e">E</a>', '<a href="/e"></a>'),
        ('<a href="/e">', '<a href="/e" role="button">'),
        ("<p>C</p>", '<p id="x">C</p>'),
        ("<p>C</p>", '<p><img src="c.png"></p>'),
        ("<p>C</p>", "<table><tr><td>C</td></tr></table>"),
    ],
)
def test_page_with_what_axe_core_could_report_is_new(old: str, new: str) -> None:
    assert is_new(PAGE.replace(old, new))
