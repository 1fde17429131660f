"""The documentation in a real browser: by keyboard, with and without script."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from documentation.pages import all_pages
from tests.browser.chromium import lent_browser, new_page
from tests.browser.page_structure import with_new_structure
from tests.browser.visitor import SCREENSHOTS, visiting

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]

# One page of each kind, and those with diagrams and wide tables.
SHOWN = {
    "home": "/docs",
    "quickstart": "/docs/quickstart",
    "states": "/docs/states",
    "errors": "/docs/errors",
    "resource": "/docs/reference/members",
    "resource-put": "/docs/reference/access",
    "list": "/docs/reference",
    "found": "/docs/search?q=idempotency",
    "nothing": "/docs/search?q=no-such-word",
    "missing": "/docs/no-such-page",
}


def test_pages_have_no_problem_and_request_nothing_from_other_hosts(live_server: Any) -> None:
    requested: set[str] = set()

    with visiting(live_server.url) as visitor:
        visitor.page.on("request", lambda request: requested.add(request.url))
        for name, path in SHOWN.items():
            visitor.open(path)
            visitor.check_page(f"docs-{name}")

    not_found = "Failed to load resource: the server responded with a status of 404 (Not Found)"
    assert [problem for problem in visitor.problems if problem[1] != not_found] == []
    assert {url for url in requested if not url.startswith((f"{live_server.url}/", "data:"))} == set()


@pytest.mark.slow
def test_axe_finds_nothing_on_any_page(live_server: Any) -> None:
    """Only one of pages that are built alike is opened; `./krafter screenshots` opens all."""
    client = Client()
    found = [
        (url, client.get(url).content.decode())
        for url in (*SHOWN.values(), *(documented.url for documented in all_pages()))
    ]
    chosen = [url for url, _ in found] if SCREENSHOTS else with_new_structure(found)

    with visiting(live_server.url, "desktop") as visitor:
        for url in chosen:
            if url not in SHOWN.values():
                visitor.open(url)
                # Colours are those of the kinds of pages above.
                visitor.check_page("docs-any", contrast=False)

    assert visitor.problems == []


@pytest.fixture
def page(live_server: Any) -> Iterator[Page]:
    with lent_browser() as browser:
        yield new_page(browser, viewport={"width": 1440, "height": 900}, base_url=live_server.url)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))


def test_skip_link_is_first_and_leads_to_the_content(page: Page) -> None:
    page.goto("/docs/errors")
    page.keyboard.press("Tab")
    first = focused(page)
    page.keyboard.press("Enter")

    assert first == "Skip to content"
    expect(page.locator("#content")).to_be_focused()


def test_search_by_keyboard(page: Page) -> None:
    page.goto("/docs")
    page.keyboard.press("/")
    page.keyboard.type("verify signature")
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/search**")
    page.locator(".results a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/webhooks#verify-the-signature")

    assert page.locator("#verify-the-signature").is_visible()


def test_language_is_chosen_by_keyboard_for_all_examples_and_kept(page: Page) -> None:
    page.goto("/docs/reference/tasks")
    page.get_by_role("tab", name="curl").first.focus()
    page.keyboard.press("ArrowRight")
    chosen = page.get_by_role("tab", selected=True).all_inner_texts()
    page.goto("/docs/reference/findings")
    kept = page.get_by_role("tabpanel").all_inner_texts()

    assert set(chosen) == {"Python"}
    assert {"import os" in text for text in kept} == {True}


def test_code_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/docs/reference/usage")
    page.get_by_role("button", name="Copy").first.click()
    page.wait_for_selector("text=Copied")

    assert page.evaluate("navigator.clipboard.readText()").startswith("curl --fail-with-body")


def test_menu_of_a_phone_opens_and_closes_by_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/docs/states")
    menu, current = page.locator("#navigation"), page.locator("#navigation [aria-current=page]")
    closed = menu.is_visible()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    opened, name = menu.is_visible(), current.inner_text()
    page.keyboard.press("Escape")

    assert (closed, opened, name, menu.is_visible()) == (False, True, "States", False)


def test_all_examples_are_shown_without_script(live_server: Any) -> None:
    with lent_browser() as browser:
        page = new_page(browser, java_script_enabled=False)
        page.goto(f"{live_server.url}/docs/reference/usage")
        shown = page.locator(".example pre:visible").count()
        page.fill("#q", "quota")
        page.press("#q", "Enter")
        page.wait_for_url("**/docs/search?q=quota")
        results = page.locator(".results li").count()

    assert shown == 3
    assert results > 0
