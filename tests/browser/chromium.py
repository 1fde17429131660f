"""Chromium for tests of the project's pages: started once in a process, and lent to one test at a time."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from scanner.browser import executables

TIMEOUT_MS = 90_000  # a busy machine needs more than the 30 s of Playwright
expect.set_options(timeout=TIMEOUT_MS)


@dataclass(frozen=True)
class Started:
    """The browser of this process, and the event loop that Playwright runs until it is stopped."""

    play: Playwright
    browser: Browser
    loop: asyncio.AbstractEventLoop


_started: list[Started] = []


def _start() -> None:
    play = sync_playwright().start()
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)  # Playwright's loop counts as running between its calls too
    path = executables.chromium(os.environ.get("KRAFTER_CHROMIUM", ""))
    with _running(loop):
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
    _started.append(Started(play, browser, loop))


@contextmanager
def _running(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    """Let this loop, or none, count as the running one within the block."""
    before = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(before)


@contextmanager
def lent_browser() -> Iterator[Browser]:
    """Lend the browser, and close its pages after it. The database is used in `database_allowed` only."""
    if not _started:
        _start()
    [started] = _started
    with _running(started.loop):
        try:
            yield started.browser
        finally:
            for context in started.browser.contexts:
                context.close()


@contextmanager
def database_allowed() -> Iterator[None]:
    """Allow the use of the database while the browser is lent; the browser is not used meanwhile."""
    with _running(None):
        yield


def close() -> None:
    """Close the browser, if it was started."""
    while _started:
        started = _started.pop()
        with _running(started.loop):
            started.browser.close()
            started.play.stop()
        asyncio._set_running_loop(None)


def new_page(browser: Browser, **options: Any) -> Page:
    """Open a page, whose waits end late: an expected element that is missing is a failure in any case."""
    page = browser.new_page(**options)
    page.set_default_timeout(TIMEOUT_MS)
    return page
