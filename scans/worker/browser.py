"""The browser of a worker. Playwright is imported on demand: it is large, and most processes have no browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from krafter_audit.http.defaults import network_defaults
from scanner.browser.chromium import ChromiumOptions
from scanner.browser.errors import BrowserError

if TYPE_CHECKING:
    from scanner.browser.browser import Browser


def chromium_options() -> ChromiumOptions:
    """Return the operator's settings for Chromium."""
    return ChromiumOptions(
        executable=settings.KRAFTER_CHROMIUM,
        sandbox=settings.KRAFTER_CHROMIUM_SANDBOX,
        ca_file=settings.KRAFTER_CA_FILE,
    )


@contextmanager
def worker_browser() -> "Iterator[Browser | None]":
    """Yield this worker's browser, which starts Chromium with its first page; None when there is no Chromium."""
    options = chromium_options()
    try:
        options.find()
    except BrowserError:
        yield None
        return
    from scanner.browser.browser import Browser

    with Browser(policy=network_defaults().policy, options=options) as browser:
        yield browser
