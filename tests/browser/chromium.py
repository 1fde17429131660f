"""Chromium for tests of the project's pages."""

import os

from playwright.sync_api import Browser, Playwright

from scanner.browser import executables


def launch_chromium(play: Playwright) -> Browser:
    """Start the Chromium that the product uses on this machine, or the one of Playwright."""
    path = executables.chromium(os.environ.get("KRAFTER_CHROMIUM", ""))
    return play.chromium.launch(executable_path=path, args=["--no-sandbox"])
