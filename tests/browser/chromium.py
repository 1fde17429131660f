"""The browser that tests look at our own pages with."""

import os

from playwright.sync_api import Browser, Playwright

from scanner.browser import executables


def chromium(play: Playwright) -> Browser:
    """Start the Chromium that the product takes on this machine, or the one that Playwright brought."""
    path = executables.chromium(os.environ.get("KRAFTER_CHROMIUM", ""))
    return play.chromium.launch(executable_path=path, args=["--no-sandbox"])
