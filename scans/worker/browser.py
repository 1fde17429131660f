"""The warm browser of a worker: it keeps Chromium running between jobs."""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from celery.signals import worker_process_shutdown, worker_shutdown
from django.conf import settings

from krafter_audit.http.defaults import network_defaults
from scanner.browser.chromium import ChromiumOptions
from scanner.browser.errors import BrowserError

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

MAX_IDLE_SECONDS = 60.0  # longer, its memory costs more than the second that a start takes


def chromium_options() -> ChromiumOptions:
    return ChromiumOptions(
        executable=settings.KRAFTER_CHROMIUM,
        sandbox=settings.KRAFTER_CHROMIUM_SANDBOX,
        ca_file=settings.KRAFTER_CA_FILE,
    )


@contextmanager
def worker_browser(organization_id: UUID) -> "Iterator[Browser | None]":
    """Yield this worker's browser; None when there is no Chromium.

    It stays warm for the next job of the same organisation.
    """
    options = chromium_options()
    try:
        options.find()
    except BrowserError:
        yield None
        return
    browser = WARM.acquire(organization_id, options)
    try:
        yield browser
    finally:
        WARM.release()


# Playwright's objects belong to the thread that has started it.
class WarmBrowser(threading.local):
    def __init__(self) -> None:
        self._browser: Browser | None = None
        self._owner: tuple[int, UUID, ChromiumOptions] | None = None
        self._idle: IdleTimer | None = None

    def acquire(self, organization_id: UUID, options: ChromiumOptions) -> "Browser":
        """Return the browser for a job, a new one where the last job was of another organisation."""
        # Cookies and caches of a page must not reach the browser of another organisation.
        owner = (os.getpid(), organization_id, options)
        if (self._idle and self._idle.stop()) or self._owner != owner:
            self.close()
        if self._browser is None:
            # On demand: Playwright is large, and most processes have no browser.
            from scanner.browser.browser import Browser

            self._browser, self._owner = Browser(options=options), owner
        self._browser.begin_run(network_defaults().policy)
        return self._browser

    def release(self) -> None:
        if self._browser is not None:
            self._idle = IdleTimer(self._browser)

    def close(self) -> None:
        browser, owner = self._browser, self._owner
        if self._idle:
            self._idle.stop()
        self._browser = self._owner = self._idle = None
        if browser and owner and owner[0] == os.getpid():  # not in a forked process
            browser.close()


class IdleTimer:
    """Ends an idle browser, in another thread than that of its visits."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser
        self._lock = threading.Lock()
        self._stopped = self._expired = False
        self._timer = threading.Timer(MAX_IDLE_SECONDS, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> bool:
        """Stop the timer; return whether it has ended the browser."""
        self._timer.cancel()
        with self._lock:
            self._stopped = True
            return self._expired

    def _expire(self) -> None:
        with self._lock:
            # The timer may fire while `stop` is called: the lock decides which of them is first.
            if not self._stopped:
                self._expired = True
                self._browser.terminate()


WARM = WarmBrowser()


@worker_process_shutdown.connect
@worker_shutdown.connect
def close_with_worker(**kwargs: object) -> None:
    WARM.close()


atexit.register(close_with_worker)
