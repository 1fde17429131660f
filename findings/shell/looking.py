"""Many addresses, a few at once, never two of one host; each answer as soon as it is known."""

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlsplit

from findings.checks import engine
from findings.checks.facts import Facts
from findings.checks.fetching import Budget, as_obstacle
from findings.checks.outcome import Outcome, inconclusive
from krafter_audit.lib.http import Client, HttpError
from krafter_audit.lib.targets import Target

logger = logging.getLogger(__name__)

AT_ONCE = 4
RETRY_DELAYS = (2.0,)  # an outage is waited out once: whoever asks is waiting
MOST_SECONDS = 60.0  # for one address


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


def look_at(urls: Iterable[str], keys: Sequence[str]) -> Iterator[Answer]:
    """Yield the answer of each address when it is known. Nothing that an address or a site does raises."""
    waiting = deque(urls)
    running: dict[Future[Answer], str] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
        while waiting or running:
            while len(running) < AT_ONCE and (url := _next(waiting, set(running.values()))) is not None:
                running[pool.submit(look, url, keys)] = _host(url)
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                del running[future]
                yield future.result()


def _next(waiting: deque[str], busy: set[str]) -> str | None:
    """Take the first address whose host is not being asked now."""
    for place, url in enumerate(waiting):
        if _host(url) not in busy:
            del waiting[place]
            return url
    return None


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return url


def look(url: str, keys: Sequence[str]) -> Answer:
    """Ask all checks about one address."""
    started = time.monotonic()
    try:
        outcomes = _asked(url, keys)
    except Exception as error:  # noqa: BLE001 - one address that breaks the look must not end that of the others
        logger.exception("the look at %r broke", url)
        broken = inconclusive("not_available", "The look itself failed.", error=type(error).__name__)
        outcomes = dict.fromkeys(keys, broken)
    return Answer(url, outcomes, time.monotonic() - started)


def _asked(url: str, keys: Sequence[str]) -> dict[str, Outcome]:
    try:
        address = Target.parse(url).url
    except HttpError as problem:
        obstacle = as_obstacle(problem)
        return dict.fromkeys(keys, inconclusive(obstacle.reason, obstacle.detail, url=url))
    with Client() as client:
        budget = Budget(seconds=MOST_SECONDS)
        facts = Facts(address, client, retry_delays=RETRY_DELAYS, budget=budget, owned=Vouched())
        return dict(engine.look(address, keys, facts=facts))
