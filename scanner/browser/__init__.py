"""A real browser for pages of strangers: behind its own proxy, under a process guard, within bounds.

    with Browser() as browser:
        with browser.page("https://example.com/") as page:   # a Playwright page after its load event
            title = page.title()
        browser.visit.response                               # the main response; .passages, .received, .seconds

Chromium starts with the first page and ends with the `with` block of the browser.
"""

from scanner.browser.browser import Browser
from scanner.browser.errors import BrowserError
from scanner.browser.visit import Visit

__all__ = ["Browser", "BrowserError", "Visit"]
