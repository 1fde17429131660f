"""Chromium for tests of the project's pages."""

import os
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect

from scanner.browser import executables

TIMEOUT_MS = 90_000  # a busy machine needs more than the 30 s of Playwright
expect.set_options(timeout=TIMEOUT_MS)


def launch_chromium(play: Playwright) -> Browser:
    """Start the Chromium that the product uses on this machine, or the one of Playwright."""
    path = executables.chromium(os.environ.get("KRAFTER_CHROMIUM", ""))
    return play.chromium.launch(executable_path=path, args=["--no-sandbox"])


def new_page(browser: Browser, **options: Any) -> Page:
    """Open a page, whose waits end late: an expected element that is missing is a failure in any case."""
    page = browser.new_page(**options)
    page.set_default_timeout(TIMEOUT_MS)
    return page
