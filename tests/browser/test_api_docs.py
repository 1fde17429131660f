"""The page of the API's operations in a real browser."""

from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from krafter_audit.api.openapi.schema import CachedSchemaGenerator
from tests.browser.visitor import AXE, SETTLE, visiting

pytestmark = pytest.mark.needs_chromium

PHONE, DESKTOP = 390, 1280
# The contrast is checked for one of the elements with the same classes: for all operations it takes half a minute.
CONTRAST = """() => {
  const parts = [...document.querySelectorAll(".info, .scheme-container, .opblock-tag, .opblock")];
  const include = [...new Map(parts.map(part => [part.className, part])).values()];
  return axe.run({include}, {runOnly: ["color-contrast"], resultTypes: ["violations"]}).then(results =>
    results.violations.map(violation => [violation.id, violation.nodes[0].target]));
}"""


def too_wide(page: Page, width: int) -> bool:
    """Resize the window and return whether the page is wider."""
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)


def contrast_violations(page: Page, theme: Literal["light", "dark"]) -> list[Any]:
    page.emulate_media(color_scheme=theme)
    page.evaluate(SETTLE)
    return list(page.evaluate(CONTRAST))


@pytest.mark.django_db(transaction=True)
def test_api_docs_show_and_open_every_operation(live_server: Any) -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"].values()
    operations = sum(len(methods) for methods in paths)

    with visiting(live_server.url) as visitor:
        page = visitor.page
        # Swagger UI renders the operations that are within the window.
        page.set_viewport_size({"width": PHONE, "height": 20_000})
        visitor.open("/api/docs")
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
        rules = {"color-contrast": {"enabled": False}}
        found = {
            "structure": page.evaluate(AXE, {"resultTypes": ["violations"], "rules": rules}),
            "light": contrast_violations(page, "light"),
            "dark": contrast_violations(page, "dark"),
        }
        wider = [width for width in (PHONE, DESKTOP) if too_wide(page, width)]

    assert (visitor.problems, wider) == ([], [])
    assert found == {"structure": [], "light": [], "dark": []}
