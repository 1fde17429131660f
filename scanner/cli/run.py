"""Run checks on several URLs at once, never on two of one host; results arrive as they are known."""

import logging
import time
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlsplit

from krafter_audit.http.client import HttpError
from krafter_audit.http.urls import ParsedUrl
from scanner import engine, registry
from scanner.browser.browser import Browser
from scanner.browser.errors import BrowserError
from scanner.cli.environment import Environment
from scanner.fetcher import RequestBudget, as_inconclusive
from scanner.outcome import Outcome, inconclusive
from scanner.page.context import PageContext

logger = logging.getLogger(__name__)

MAX_CONCURRENT_URLS = 4  # without a browser, whose pages run one by one
RETRY_DELAYS = (2.0,)  # one retry: a person is waiting
BROWSER_DISABLED = "No browser is used: --no-browser was given."
MAX_SECONDS = 60.0  # for the HTTP checks of one URL


@dataclass(frozen=True)
class UrlResult:
    """The outcomes of one URL by key, and how long they took."""

    url: str
    outcomes: dict[str, Outcome]
    seconds: float


class AnyHost:
    """Treats every host as verified: the caller is responsible for the URLs."""

    def covers(self, host: str) -> bool:
        return True


def browser_problem(environment: Environment) -> str:
    """Return why there is no browser, and how to install it; "" if there is one."""
    try:
        environment.chromium.find()
    except BrowserError as error:
        return str(error.detail)
    return ""


class UrlRun:
    """The checks of one URL: first over HTTP, then in the browser. Neither raises."""

    def __init__(
        self,
        url: str,
        keys: Sequence[str],
        environment: Environment,
        browser: Browser | None,
        no_browser: str,
    ) -> None:
        self.url = url
        self.host = netloc_of(url)
        # With a browser, checks of the markup read the rendered page.
        self._browser_keys = [
            key for key in keys if browser and (known := registry.get(key)) and known.may_use_browser
        ]
        self._http_keys = [key for key in keys if key not in self._browser_keys]
        self._keys = keys
        self._environment = environment
        self._browser = browser
        self._no_browser = no_browser
        self._outcomes: dict[str, Outcome] = {}
        self._context: PageContext | None = None
        self._started = 0.0

    @property
    def needs_browser(self) -> bool:
        return any(key not in self._outcomes for key in self._browser_keys)

    def run_http_checks(self) -> None:
        self._started = time.monotonic()
        try:
            url = ParsedUrl.parse(self.url).url
        except HttpError as error:
            reason = as_inconclusive(error)
            refused = inconclusive(reason.reason, reason.detail, url=self.url)
            self._outcomes = dict.fromkeys(self._keys, refused)
            return
        self._context = PageContext(
            url,
            self._environment.client(),
            retry_delays=RETRY_DELAYS,
            budget=RequestBudget(seconds=MAX_SECONDS),
            owned_hosts=AnyHost(),
            browser=self._browser,
        )
        self._context.rendered.no_browser = self._no_browser
        self._run(self._http_keys)

    def run_browser_checks(self) -> None:
        self._run(self._browser_keys)

    def _run(self, keys: Sequence[str]) -> None:
        try:
            if self._context:
                self._outcomes.update(engine.run_checks(self._context, keys))
        except Exception as error:  # an error at one URL must not end the others
            logger.exception("the checks of %r raised", self.url)
            broken = inconclusive("not_available", "The run raised an error.", error=type(error).__name__)
            self._outcomes.update({key: broken for key in keys if key not in self._outcomes})

    def result(self) -> UrlResult:
        outcomes = {key: self._outcomes[key] for key in self._keys}
        return UrlResult(self.url, outcomes, time.monotonic() - self._started)


def check_urls(
    urls: Iterable[str], keys: Sequence[str], environment: Environment, *, no_browser: str
) -> Generator[UrlResult, None, None]:
    """Yield the result of each URL when it is known. Never raises because of a URL or a site.

    `no_browser` says why no browser is used, if none is; it is the reason why checks that need one are inconclusive.
    """
    waiting = deque(urls)
    running: dict[Future[None], UrlRun] = {}
    browser = None if no_browser else Browser(policy=environment.policy, options=environment.chromium)
    with (
        # With a browser, one URL at a time, so that nothing else uses the machine during timed loads.
        ThreadPoolExecutor(1 if browser else MAX_CONCURRENT_URLS, thread_name_prefix="http") as http_pool,
        ThreadPoolExecutor(1, thread_name_prefix="browser") as browser_pool,
    ):
        try:
            while waiting or running:
                for url in take_startable(waiting, [run.host for run in running.values()]):
                    run = UrlRun(url, keys, environment, browser, no_browser)
                    running[http_pool.submit(run.run_http_checks)] = run
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    run = running.pop(future)
                    if run.needs_browser:
                        running[browser_pool.submit(run.run_browser_checks)] = run
                    else:
                        yield run.result()
        finally:
            if browser:
                # In its own thread: Playwright's objects belong to it.
                browser_pool.submit(browser.close).result()


def take_startable(waiting: deque[str], busy: Sequence[str]) -> list[str]:
    """Remove from the queue the URLs that can start now, each of a host that is not busy."""
    startable: list[str] = []
    hosts = set(busy)
    for url in list(waiting):
        if len(busy) + len(startable) == MAX_CONCURRENT_URLS:
            break
        host = netloc_of(url)
        if host not in hosts:
            hosts.add(host)
            waiting.remove(url)
            startable.append(url)
    return startable


def netloc_of(url: str) -> str:
    """Return host and port of a URL, or the text itself when it is no URL."""
    try:
        return urlsplit(url).netloc.lower() or url
    except ValueError:
        return url
