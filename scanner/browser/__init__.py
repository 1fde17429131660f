"""A real browser that looks at pages of strangers: behind its own proxy, on a leash, within bounds.

    with Browser() as browser:
        with browser.page("https://example.com/") as page:   # navigated, loaded; a Playwright page
            title = page.title()
        browser.visit.response                               # the main answer; .passages, .received, .seconds

Chromium starts with the first page and ends with the `with` of the browser.
"""

from scanner.browser.browser import Browser
from scanner.browser.errors import BrowserError
from scanner.browser.visit import Visit

__all__ = ["Browser", "BrowserError", "Visit"]
