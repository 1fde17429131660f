"""Recognize error pages that are sent with a successful status: URLs that do not exist answer with the same page."""

from urllib.parse import urlsplit

from scanner.page.page import Page
from scanner.parsing.scripted_content import is_built_by_scripts

MIN_CONTENT = 4  # words and links; fewer are not enough for a comparison


def may_be_error_page(page: Page) -> bool:
    """Return whether its HTML distinguishes the page from others."""
    # An application in scripts has the same HTML at each URL, and a site may have only its home page.
    return page.is_html and urlsplit(page.url).path not in ("", "/") and not is_built_by_scripts(page)


def is_same_error_page(page: Page, missing: Page) -> bool:
    """Return whether a URL that does not exist answers with the same page, and a successful status."""
    # A page that was removed may redirect to the same URL as one that never existed.
    if missing.response.status >= 400 or missing.response.history or not is_readable(missing):
        return False
    # The error page may name its own URL.
    return page.title == missing.title and len(page.fingerprints - missing.fingerprints) < MIN_CONTENT


def is_readable(page: Page) -> bool:
    return page.is_html and not page.exceeds_limits
