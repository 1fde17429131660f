"""The browser of a worker, where it has one. Playwright is large: who asks for no browser does not load it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.browser import Browser


@contextmanager
def own_browser() -> "Iterator[Browser | None]":
    """Give this worker's browser, which starts Chromium with its first page; None where there is no Chromium."""
    from scanner.browser import Browser, BrowserError, chromium

    try:
        chromium.find()
    except BrowserError:
        yield None
        return
    with Browser() as browser:
        yield browser
