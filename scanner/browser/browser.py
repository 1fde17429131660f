"""The browser of one run: Chromium when it is needed, a proxy for each page, and words for what goes wrong."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Literal, Self

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as TookTooLong

from krafter_audit.http.addresses import Address, AddressPolicy
from krafter_audit.http.client import validate_url
from krafter_audit.http.defaults import network_defaults
from krafter_audit.http.errors import HttpError, RefusedAddress
from krafter_audit.http.forward_proxy.proxy import ForwardProxy
from krafter_audit.http.forward_proxy.traffic import ProxyLimits
from scanner.browser.errors import BrowserError
from scanner.browser.session import Session
from scanner.browser.visit import Visit

type WaitUntil = Literal["commit", "domcontentloaded", "load", "networkidle"]

VISITS_OF_ONE_CHROMIUM = 50
SECONDS_OF_A_VISIT = 45.0


class Browser:
    """A real browser for the pages of one run; a context manager, used by one thread.

    with Browser() as browser:
        with browser.page(url) as page:
            page.evaluate("document.title")

    Entering costs nothing: Chromium starts with the first page (about a second), is started anew after 50 visits
    or when a page has broken it, and is gone with all its files at the end. Between the pages the thread is free
    for the database; inside of a `page` block Django refuses it.
    """

    def __init__(self, *, policy: AddressPolicy | None = None) -> None:
        self.policy = network_defaults().policy if policy is None else policy
        self.visit: Visit | None = None
        self.version = ""
        self._dns_cache: dict[tuple[str, int], list[Address]] = {}
        self._session: Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End Chromium and remove what it has written."""
        session, self._session = self._session, None
        if session:
            session.end()

    @contextlib.contextmanager
    def page(
        self,
        url: str,
        *,
        seconds: float = SECONDS_OF_A_VISIT,
        prepare: Callable[[Page], None] | None = None,
        wait_until: WaitUntil = "load",
        **context: Any,
    ) -> Iterator[Page]:
        """Open `url` in a fresh context and yield its Playwright page, which has loaded (`wait_until`).

        `prepare(page)` is called before the navigation: the place for CDP sessions, throttling, init scripts.
        `context` are Playwright's options for a context (viewport, user_agent, is_mobile …). After `seconds` in all,
        the block included, Chromium is killed and whatever the block waits for raises.

        Raises BrowserError, here or out of the block: `not_available` (no Chromium, or it does not start),
        `refused_address`, `blocked` (no answer, a TLS failure), `timeout`, `truncated` (over 50 MB, 300 requests
        or 1.5 GB of memory). `browser.visit` tells of the visit, also after it failed.
        """
        self._refuse(url)
        session = self._ready()
        limits = ProxyLimits(total=seconds)
        with ForwardProxy(
            policy=self.policy, limits=limits, dns_cache=self._dns_cache, on_exceeded=session.kill
        ) as proxy:
            self.visit = visit = Visit(url, proxy)
            try:
                with session.watched(seconds), told(session, visit), session.page(visit, context) as page:
                    if prepare:
                        prepare(page)
                    navigate(page, visit, wait_until)
                    yield page
                    visit.refuse_beyond_bounds()
            finally:
                visit.seconds = time.monotonic() - visit.started
                if session.broken:
                    self.close()

    def _refuse(self, url: str) -> None:
        try:
            validate_url(url, policy=self.policy)
        except RefusedAddress as error:
            raise BrowserError(error.reason, str(error), final=True) from None
        except HttpError as error:
            raise BrowserError("blocked", str(error), final=True) from None

    def _ready(self) -> Session:
        if self._session and (self._session.broken or self._session.visits >= VISITS_OF_ONE_CHROMIUM):
            self.close()
        if not self._session:
            self._session = Session.started()
            self.version = self._session.version
        return self._session


@contextlib.contextmanager
def told(session: Session, visit: Visit) -> Iterator[None]:
    """Say in our words what Playwright trips over because of the page."""
    try:
        yield
    except TookTooLong as error:
        visit.refuse_beyond_bounds()
        raise session.why() or BrowserError("timeout", "The page took too long in the browser.") from error
    except Error as error:
        visit.refuse_beyond_bounds()
        why = session.why()
        if why is None:
            raise
        raise why from error


def navigate(page: Page, visit: Visit, wait_until: WaitUntil) -> None:
    """Open the page. Raises BrowserError when the browser could not."""
    try:
        visit.response = page.goto(visit.url, wait_until=wait_until)
    except TookTooLong:
        raise
    except Error as error:
        found = re.search(r"net::(ERR_\w+)", error.message)
        if not found:
            raise
        visit.refuse_beyond_bounds()
        raise visit.obstacle(found[1]) from None
