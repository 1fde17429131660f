"""A person in a real browser: axe-core checks the pages that they open, and errors are kept.

A journey is made in one window, and each page that it shows is checked on a desktop in the light theme and on a
phone in the dark one, by resizing the window. If the folder SCREENSHOTS_FOLDER is set, each width and theme is
checked and screenshots are written to the folder: `./krafter screenshots FOLDER`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from playwright.sync_api import Page

from accounts.models import User
from tests import staff
from tests.browser.chromium import database_allowed, lent_browser, new_page

SCREENSHOTS = os.environ.get("SCREENSHOTS_FOLDER", "")
WINDOWS = {"desktop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
THEMES = {"desktop": "light", "tablet": "light", "phone": "dark"}
SCREENS = (
    list(product(WINDOWS, ("light", "dark"))) if SCREENSHOTS else [("desktop", "light"), ("phone", "dark")]
)
# The admin reads the system's theme when a page loads.
READ_THEME = """() => {
  const admin = document.documentElement._x_dataStack && Alpine.$data(document.documentElement);
  if (admin?.adminTheme === "auto") { admin.adminTheme = "light"; admin.adminTheme = "auto" }
}"""
# Alpine fades elements in, from its second frame on; their colours are checked when that has ended. A page in the
# background has no frames, so this waits by timers, for at most three seconds.
SETTLE = """async () => {
  const pause = ms => new Promise(end => setTimeout(end, ms));
  const running = () => document.getAnimations().filter(
    animation => animation.playState === "running"
      && Number.isFinite(animation.effect.getComputedTiming().endTime));
  const ends = performance.now() + 3000;
  await pause(100);
  while (running().length && performance.now() < ends) await pause(20);
}"""
AXE = """options => axe.run(options).then(results =>
  results.violations.map(violation => [violation.id, violation.nodes[0].target]))"""


class Visitor:
    """A person at a window, with what went wrong on the pages that they opened."""

    def __init__(self, page: Page, origin: str, window: str) -> None:
        self.page, self.origin, self.window = page, origin, window
        self.problems: list[Any] = []
        page.on("console", lambda line: self._note(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text: str) -> None:
        self.problems.append((self.page.url, text))

    def sign_in(self, user: User) -> None:
        """Begin a session. The form is tested in test_sign_in.py."""
        with database_allowed():
            session = staff.logged_in_client(user).cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": session.key, "value": session.value, "url": self.origin}])

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path, wait_until="load")

    def check_page(self, shot: str, *, full_page: bool = True, contrast: bool = True) -> None:
        """Check the page with axe-core and its width in each window and theme, and keep screenshots.

        Of a dialog, a screenshot shows only the window. Without `contrast` a long page takes a fifth of the time, and
        axe-core checks the own window only.
        """
        for window, theme in self.screens():
            if contrast or window == self.window:
                self._run_axe(contrast=contrast)
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                self._note("wider than the window")
            if SCREENSHOTS:
                path = Path(SCREENSHOTS) / f"{shot}-{window}-{theme}.png"
                self.page.screenshot(path=path, full_page=full_page)

    def screens(self) -> Iterator[tuple[str, str]]:
        """Yield each window and theme in turn, the own ones first, and return to them."""
        own = (self.window, THEMES[self.window])
        for window, theme in (own, *(screen for screen in SCREENS if screen != own)):
            if (window, theme) != own:
                self._show(window, theme)
            self.page.evaluate(SETTLE)
            yield window, theme
        self._show(*own)

    def _show(self, window: str, theme: str) -> None:
        width, height = WINDOWS[window]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        self.page.evaluate(READ_THEME)

    def _run_axe(self, *, contrast: bool) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        rules = {"color-contrast": {"enabled": contrast}}
        # Only a rule that axe-core does not run by default reads the style sheets.
        options = {"resultTypes": ["violations"], "rules": rules, "preload": {"assets": ["media"]}}
        self.problems += [(self.page.url, *found) for found in self.page.evaluate(AXE, options)]


@contextmanager
def visiting(origin: str, window: str = "phone") -> Iterator[Visitor]:
    """Open a window. The database is not used meanwhile: Playwright runs an event loop."""
    width, height = WINDOWS[window]
    size = {"width": width, "height": height}
    with lent_browser() as browser:
        yield Visitor(new_page(browser, viewport=size, color_scheme=THEMES[window]), origin, window)
