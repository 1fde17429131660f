import pytest

from scanner.page.error_page import is_same_error_page, may_be_error_page
from scanner.page.page import Page
from tests.fakes.html_response import html_response

SORRY = "<title>Lamps</title><h1>Sorry</h1><p>Whatever was here has disappeared: {}"
LAMPS = "<title>Lamps</title><h1>Lamps</h1><p>Ceiling, standing, reading and garden lights."
SCRIPTED = '<title>Lamps</title><div id="root"></div><script src="/app.js"></script>'


def page(text: str, path: str = "/a", status: int = 200) -> Page:
    return Page(html_response(text, url=f"https://www.example.com{path}", status=status))


@pytest.mark.parametrize(
    ("found", "missing", "is_same"),
    [
        (page(SORRY.format("/lamps")), page(SORRY.format("/krafter")), True),
        (page(SORRY), page(SORRY, status=404), False),
        (page(LAMPS), page(SORRY), False),
        (page(SORRY.replace("Lamps", "Old lamps")), page(SORRY), False),
    ],
    ids=["names its URL", "status 404", "other content", "other title"],
)
def test_page_of_every_url_is_an_error_page(found: Page, missing: Page, is_same: bool) -> None:
    assert is_same_error_page(found, missing) == is_same


@pytest.mark.parametrize(
    ("found", "may_be"), [(page(SORRY), True), (page(SORRY, "/"), False), (page(SCRIPTED), False)]
)
def test_home_page_and_pages_that_scripts_build_are_not_compared(found: Page, may_be: bool) -> None:
    assert may_be_error_page(found) == may_be
