"""The browser of one run: starts Chromium on demand, gives each page a proxy, and translates errors."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any, Self

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from krafter_audit.http.addresses import Address, AddressPolicy
from krafter_audit.http.client import validate_url
from krafter_audit.http.errors import HttpError, RefusedAddress
from krafter_audit.http.forward_proxy.proxy import ForwardProxy
from krafter_audit.http.forward_proxy.traffic import ProxyLimits
from krafter_audit.http.throttle import HostThrottle
from scanner.browser.chromium import ChromiumOptions
from scanner.browser.errors import BrowserError
from scanner.browser.session import ChromiumSession
from scanner.browser.shared_context import SharedContext
from scanner.browser.visit import Visit

MAX_VISITS_PER_CHROMIUM = 50  # a restart frees what its pages have left in memory
VISIT_TIMEOUT = 45.0  # for a whole visit; then Chromium is killed
RESPONSE_TIMEOUT = 15.0  # for the first byte of the page


class Browser:
    """A real browser for the pages of one run; a context manager, used by one thread.

        with Browser(policy=policy, options=options) as browser:
            with browser.page(url) as page:
                page.evaluate("document.title")

    Django's database is usable between the pages, but not inside of a `page` block.
    """

    def __init__(
        self, *, policy: AddressPolicy | None = None, options: ChromiumOptions | None = None
    ) -> None:
        self.policy = policy or AddressPolicy()
        self.options = options or ChromiumOptions()
        self.visit: Visit | None = None
        self.version = ""
        self._dns_cache: dict[tuple[str, int], list[Address]] = {}
        self._session: ChromiumSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def begin_run(self, policy: AddressPolicy) -> None:
        """Prepare a warm browser for another run: with this policy, without resolved names and HTTP cache."""
        self.policy = policy
        self.visit = None
        # Its addresses were checked against the policy of the last run.
        self._dns_cache = {}
        if self._session:
            self._session.close_shared()

    def terminate(self) -> None:
        """End Chromium and its driver from any thread, while no page is open; the next page starts new ones."""
        if session := self._session:
            session.terminate()

    def close(self) -> None:
        session, self._session = self._session, None
        if session:
            session.end()

    @contextlib.contextmanager
    def page(
        self,
        url: str,
        *,
        seconds: float = VISIT_TIMEOUT,
        prepare: Callable[[Page], None] = lambda page: None,
        on_response: Callable[[], None] = lambda: None,
        throttle: HostThrottle | None = None,
        until_loaded: bool = True,
        keep_cache: bool = False,
        **context: Any,
    ) -> Iterator[Page]:
        """Open `url` in a fresh context and yield its Playwright page, which has loaded if `until_loaded`.

        With `keep_cache` it has the HTTP cache of the run's earlier pages with `keep_cache`, and nothing else of them.
        `prepare(page)` is called before the navigation, `on_response()` with the first byte of the page; they may raise
        to end the visit. `throttle` counts the requests, except that of the page. `context`: options of the context.
        Raises BrowserError, here or in the block: `not_available`, `refused_address`, `blocked`, `timeout`, `truncated`
        (over 50 MB, 300 requests or 1.5 GB), `target_missing`. `browser.visit` describes the visit, also a failed one.
        """
        self._require_allowed(url)
        session = self._running_session()
        with self._proxy(session, seconds, keep_cache=keep_cache) as (proxy, shared):
            self.visit = visit = Visit(url, proxy, throttle or HostThrottle(), shared)
            try:
                with (
                    session.timeout(seconds),
                    translated_errors(session, visit),
                    session.page(visit, context) as page,
                ):
                    prepare(page)
                    navigate(page, visit)
                    on_response()
                    if until_loaded:
                        page.wait_for_load_state()
                    yield page
                    visit.require_within_limits()
            finally:
                if session.broken:
                    self.close()

    @contextlib.contextmanager
    def _proxy(
        self, session: ChromiumSession, seconds: float, *, keep_cache: bool
    ) -> Iterator[tuple[ForwardProxy, SharedContext | None]]:
        if not keep_cache:
            with self._forward_proxy(session, seconds) as proxy:
                yield proxy, None
            return
        if session.shared:
            session.shared.proxy.begin_visit()
        else:
            session.shared = SharedContext(self._forward_proxy(session, seconds))
            session.shared.proxy.start()
        yield session.shared.proxy, session.shared

    def _forward_proxy(self, session: ChromiumSession, seconds: float) -> ForwardProxy:
        return ForwardProxy(
            policy=self.policy,
            limits=ProxyLimits(total=seconds),
            dns_cache=self._dns_cache,
            on_exceeded=session.kill,
        )

    def _require_allowed(self, url: str) -> None:
        try:
            validate_url(url, policy=self.policy)
        except RefusedAddress as error:
            raise BrowserError(error.reason, str(error), final=True) from None
        except HttpError as error:
            raise BrowserError("blocked", str(error), final=True) from None

    def _running_session(self) -> ChromiumSession:
        if self._session and (self._session.visits >= MAX_VISITS_PER_CHROMIUM or self._session.has_ended()):
            self.close()
        if not self._session:
            self._session = ChromiumSession.start(self.options)
            self.version = self._session.version
        return self._session


@contextlib.contextmanager
def translated_errors(session: ChromiumSession, visit: Visit) -> Iterator[None]:
    """Raise Playwright's errors as BrowserError where the page is the reason."""
    try:
        yield
    except PlaywrightTimeout as error:
        # An exceeded limit kills the browser, which then looks like a timeout or a crash.
        visit.require_within_limits()
        raise session.end_reason() or BrowserError("timeout", "The page timed out in the browser.") from error
    except Error as error:
        visit.require_within_limits()
        reason = session.end_reason()
        # Only the page's process crashed, as by a very deep document; only Playwright's message says so.
        if reason is None and "crashed" in error.message:
            reason = BrowserError("blocked", "The page crashed in the browser.")
        if reason is None:
            raise
        raise reason from error


def navigate(page: Page, visit: Visit) -> None:
    """Open the visit's URL, up to the first byte of its page. Raises BrowserError when there is none."""
    try:
        visit.response = page.goto(visit.url, wait_until="commit", timeout=RESPONSE_TIMEOUT * 1000)
    # A subclass of Error; `translated_errors` handles it.
    except PlaywrightTimeout:
        raise
    except Error as error:
        # Playwright has no class for this error: only the message says what it is.
        if "Download is starting" in error.message:
            raise BrowserError("target_missing", "The URL answers with a download.", final=True) from None
        found = re.search(r"net::(ERR_\w+)", error.message)
        if not found:
            raise
        visit.require_within_limits()
        raise visit.navigation_error(found[1]) from None
