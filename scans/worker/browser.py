"""The browser of a worker. Playwright is large, so that only workers with a browser import it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.browser import Browser


@contextmanager
def worker_browser() -> "Iterator[Browser | None]":
    """Yield a browser that starts Chromium with its first page; None if Chromium is not installed."""
    from scanner.browser import Browser, BrowserError, chromium

    try:
        chromium.find()
    except BrowserError:
        yield None
        return
    with Browser() as browser:
        yield browser
