"""Many addresses, a few at once, never two of one host; each answer as soon as it is known.

What is asked by HTTP runs in a few threads. A browser belongs to one thread, which opens one page after the other.
"""

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlsplit

from krafter_audit.http.client import Client, HttpError
from krafter_audit.http.urls import ParsedUrl
from scanner import engine, registry
from scanner.browser import Browser, BrowserError, chromium
from scanner.fetcher import Budget, as_obstacle
from scanner.outcome import Outcome, inconclusive
from scanner.page_context import Facts

logger = logging.getLogger(__name__)

AT_ONCE = 4
RETRY_DELAYS = (2.0,)  # an outage is waited out once: whoever asks is waiting
MOST_SECONDS = 60.0  # for what is asked by HTTP of one address


@dataclass(frozen=True)
class Answer:
    """What all checks say of one address, by key, and how long it took."""

    url: str
    outcomes: dict[str, Outcome]
    seconds: float


class Vouched:
    """Whoever asks at a shell vouches for the sites that they name: no proof is looked for."""

    def covers(self, host: str) -> bool:
        """Every host is theirs; a redirect to another site ends the look before this is asked."""
        return True


def has_browser() -> bool:
    """Tell whether there is a Chromium on this machine."""
    try:
        return bool(chromium.find())
    except BrowserError:
        return False


class Look:
    """The look at one address: first what is asked by HTTP, then what the browser sees. Neither raises."""

    def __init__(self, url: str, keys: Sequence[str], browser: Browser | None) -> None:
        self.url = url
        self.host = host_of(url)
        seen = {key for key in keys if browser and (known := registry.get(key)) and known.kind == "browser"}
        self._keys = keys
        self._by_http = [key for key in keys if key not in seen]
        self._by_browser = [key for key in keys if key in seen]
        self._browser = browser
        self._outcomes: dict[str, Outcome] = {}
        self._facts: Facts | None = None
        self._started = 0.0

    @property
    def waits_for_browser(self) -> bool:
        """Whether something is left that only the browser's thread may ask."""
        return any(key not in self._outcomes for key in self._by_browser)

    def ask_by_http(self) -> None:
        """Ask what needs no browser. An address that is none is answered for all checks."""
        self._started = time.monotonic()
        try:
            address = ParsedUrl.parse(self.url).url
        except HttpError as problem:
            obstacle = as_obstacle(problem)
            refused = inconclusive(obstacle.reason, obstacle.detail, url=self.url)
            self._outcomes = dict.fromkeys(self._keys, refused)
            return
        budget = Budget(seconds=MOST_SECONDS)
        self._facts = Facts(
            address,
            Client(),
            retry_delays=RETRY_DELAYS,
            budget=budget,
            owned=Vouched(),
            browser=self._browser,
        )
        self._ask(self._by_http)

    def ask_the_browser(self) -> None:
        """Ask the rest, in the browser's thread."""
        self._ask(self._by_browser)

    def _ask(self, keys: Sequence[str]) -> None:
        try:
            if self._facts:
                self._outcomes.update(engine.look(self._facts.url, keys, facts=self._facts))
        except Exception as error:  # noqa: BLE001 - an address that breaks the look must not end that of the others
            logger.exception("the look at %r broke", self.url)
            broken = inconclusive("not_available", "The look itself failed.", error=type(error).__name__)
            self._outcomes.update({key: broken for key in keys if key not in self._outcomes})

    def answer(self) -> Answer:
        """Return what was seen, in the order of the keys."""
        told = {key: self._outcomes[key] for key in self._keys}
        return Answer(self.url, told, time.monotonic() - self._started)


def look_at(urls: Iterable[str], keys: Sequence[str], *, with_browser: bool = False) -> Iterator[Answer]:
    """Yield the answer of each address when it is known. Nothing that an address or a site does raises.

    With a browser one address at a time is asked by HTTP besides, so that what is timed has the machine for itself.
    """
    waiting = deque(urls)
    running: dict[Future[None], Look] = {}
    browser = Browser() if with_browser else None
    with (
        ThreadPoolExecutor(1 if browser else AT_ONCE, thread_name_prefix="http") as asking,
        ThreadPoolExecutor(1, thread_name_prefix="browser") as visiting,
    ):
        try:
            while waiting or running:
                for url in startable(waiting, [look.host for look in running.values()]):
                    look = Look(url, keys, browser)
                    running[asking.submit(look.ask_by_http)] = look
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    look = running.pop(future)
                    if look.waits_for_browser:
                        running[visiting.submit(look.ask_the_browser)] = look
                    else:
                        yield look.answer()
        finally:
            if browser:
                visiting.submit(browser.close).result()


def startable(waiting: deque[str], busy: Sequence[str]) -> list[str]:
    """Take addresses out of the queue as long as there is room, each of another host than those that are busy."""
    taken: list[str] = []
    hosts = set(busy)
    for url in list(waiting):
        if len(busy) + len(taken) == AT_ONCE:
            break
        host = host_of(url)
        if host not in hosts:
            hosts.add(host)
            waiting.remove(url)
            taken.append(url)
    return taken


def host_of(url: str) -> str:
    """Return what the requests to an address have in common: its host and port, or itself where it is none."""
    try:
        return urlsplit(url).netloc.lower() or url
    except ValueError:
        return url
