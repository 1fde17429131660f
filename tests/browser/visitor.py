"""A person in a real browser: axe-core checks the pages that they open, and errors are kept.

A journey runs on a desktop in the light theme and on a phone in the dark one. If the folder SCREENSHOTS_FOLDER is set,
screenshots are written to it, and each width and theme is opened: `./krafter screenshots FOLDER`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from accounts.models import User
from tests import staff
from tests.browser.chromium import launch_chromium, new_page

SCREENSHOTS = os.environ.get("SCREENSHOTS_FOLDER", "")
WINDOWS = {"desktop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
SCREENS = (
    list(product(WINDOWS, ("light", "dark"))) if SCREENSHOTS else [("desktop", "light"), ("phone", "dark")]
)
every_screen = pytest.mark.parametrize(("window", "theme"), SCREENS)


class Visitor:
    """A person at a window, with what went wrong on the pages that they opened."""

    def __init__(self, page: Page, origin: str, name: str) -> None:
        self.page, self.origin, self.name = page, origin, name
        self.problems: list[Any] = []
        page.on("console", lambda line: self._note(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text: str) -> None:
        self.problems.append((self.page.url, text))

    def sign_in(self, user: User) -> None:
        self.page.goto(f"{self.origin}/admin/login/")
        self.page.fill("[name=username]", user.email)
        self.page.fill("[name=password]", staff.PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.origin}/admin/")

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path, wait_until="load")

    def look(self, shot: str, *, full_page: bool = True, contrast: bool = True) -> None:
        """Check the page with axe-core and its width, and keep a screenshot: of a dialog, of the window alone.

        Without `contrast` a long page takes a fifth of the time.
        """
        # Alpine fades elements in; their colours are checked when it has ended.
        self.page.wait_for_timeout(300)
        rules = {"color-contrast": {"enabled": contrast}}
        results = Axe().run(self.page, options={"resultTypes": ["violations"], "rules": rules})
        found = results.response["violations"]
        self.problems += [(self.page.url, each["id"], each["nodes"][0]["target"]) for each in found]
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        if self.page.evaluate("document.documentElement.scrollWidth") > width:
            self._note("wider than the window")
        if SCREENSHOTS:
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{shot}-{self.name}.png", full_page=full_page)


@contextmanager
def visiting(origin: str, window: str, theme: str) -> Iterator[Visitor]:
    """Open a window. The database is not used meanwhile: Playwright runs an event loop."""
    width, height = WINDOWS[window]
    with sync_playwright() as play:
        browser = launch_chromium(play)
        page = new_page(browser, viewport={"width": width, "height": height}, color_scheme=theme)
        yield Visitor(page, origin, f"{window}-{theme}")
        browser.close()
