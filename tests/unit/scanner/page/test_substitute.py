"""A login page or a notice is the same page at several URLs; pages of a site are not, even where they are similar."""

import pytest

from scanner.page.page import Page
from scanner.page.substitute import Substitute, substitute_of
from tests.fakes.html_response import html_response

SITE = "https://example.com"
LOGIN = "<title>Sign in</title><form><label>Name <input><input type=password></label></form><a href=/help>Help</a>"
NOTICE = "<title>Site under maintenance</title><h1>Back at noon</h1>"
SHELL = "<title>Sign in</title><form hidden><input type=password></form><div id=app></div><script src=/app.js></script>"


def shown(
    requested: str, html: str, *, at: str = "", status: int = 200, is_rendered: bool = False
) -> Substitute | None:
    """Return the substitute for a page that the URL answers with, at another path after a redirect."""
    response = html_response(html, url=SITE + (at or requested), status=status)
    return substitute_of(SITE + requested, Page(response), is_rendered=is_rendered)


def key(found: Substitute | None) -> str:
    assert found is not None
    return found.key


def test_login_page_in_place_is_the_same_at_every_url() -> None:
    first, second = shown("/orders", LOGIN), shown("/cart", LOGIN)

    assert first is not None
    assert (first.reason, key(first)) == ("login_wall", key(second))


def test_redirects_to_one_login_url_lead_to_the_same_page() -> None:
    first = shown("/orders", LOGIN, at="/users/sign_in?next=/orders")
    second = shown("/cart", LOGIN.replace("Help", "Sign in to see your cart"), at="/users/sign_in?next=/cart")

    assert key(first) == key(second)


def test_notice_in_place_is_the_same_at_every_url() -> None:
    first, second = shown("/orders", NOTICE), shown("/cart", NOTICE)

    assert first is not None
    assert (first.reason, key(first)) == ("blocked", key(second))


@pytest.mark.parametrize(
    ("requested", "html"),
    [
        ("/login", LOGIN),
        ("/orders", "<title>Your orders</title><p>None yet"),
        ("/orders", SHELL),
        ("/orders", NOTICE + "<script>document.body.innerHTML = '<h1>Bicycle maintenance</h1>'</script>"),
        ("/orders", "<title>Page not found</title><h1>Sorry"),
    ],
    ids=["own URL", "other page", "shell of an application", "built by a script", "missing page"],
)
def test_page_of_the_site_replaces_no_other(requested: str, html: str) -> None:
    assert shown(requested, html) is None


def test_application_that_shows_its_login_at_every_route_is_detected_when_rendered() -> None:
    rendered = [shown(path, SHELL, is_rendered=True) for path in ("/orders", "/cart")]

    assert key(rendered[0]) == key(rendered[1])


def test_pages_with_a_login_form_beside_their_content_differ() -> None:
    first, second = (shown(path, f"{LOGIN}<p>Everything about {path}") for path in ("/chairs", "/tables"))

    assert key(first) != key(second)


def test_error_is_judged_by_its_status() -> None:
    assert shown("/orders", "<title>Internal server error</title>", status=500) is None
