"""The page of the API's operations in a real browser."""

from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from krafter_audit.api.openapi.schema import CachedSchemaGenerator
from tests.browser.chromium import lent_browser, new_page
from tests.browser.visitor import AXE, SETTLE

pytestmark = pytest.mark.needs_chromium

PHONE, DESKTOP = 390, 1280


def open_window(browser: Browser, width: int) -> tuple[Page, list[str]]:
    """Open a window of this width and return it with the list of its errors and warnings."""
    page = new_page(browser, viewport={"width": width, "height": 900})
    errors: list[str] = []
    page.on("console", lambda line: errors.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


def too_wide(page: Page, width: int) -> bool:
    """Resize the window and return whether the page is wider."""
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)


def violations(page: Page, theme: Literal["light", "dark"]) -> list[Any]:
    """Return what axe-core reports in this theme."""
    page.emulate_media(color_scheme=theme)
    page.evaluate(SETTLE)
    return list(page.evaluate(AXE, {"resultTypes": ["violations"]}))


@pytest.mark.django_db(transaction=True)
def test_api_docs_show_and_open_every_operation(live_server: Any) -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"].values()
    operations = sum(len(methods) for methods in paths)

    with lent_browser() as browser:
        page, errors = open_window(browser, PHONE)
        # Swagger UI renders the operations that are within the window.
        page.set_viewport_size({"width": PHONE, "height": 20_000})
        page.goto(f"{live_server.url}/api/docs")
        expect(page.locator(".opblock")).to_have_count(operations)
        operation = page.locator(".opblock", has_text="List findings, highest score first")
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator("input[placeholder=cursor]").fill("next")
        other = page.locator(".opblock", has_text="Set an alert destination")
        other.locator(".opblock-summary-control").click()
        other.locator(".try-out__btn").click()
        other.locator("textarea[aria-label]").wait_for()
        page.evaluate(AXE_SCRIPT)
        found = {theme: violations(page, theme) for theme in ("light", "dark")}
        wider = [width for width in (PHONE, DESKTOP) if too_wide(page, width)]

    assert (errors, wider) == ([], [])
    assert found == {"light": [], "dark": []}
