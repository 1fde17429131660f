"""One visit: open the page as a phone does, wait until it has settled, and say what was seen."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krafter_audit.http.client import RequestCredentials, Response
from scanner.page_visit import axe
from scanner.page_visit import device_profile as profile
from scanner.page_visit import screenshots as shooting
from scanner.page_visit.document import Document
from scanner.page_visit.isolated_world import Broken, World
from scanner.page_visit.network_monitor import Traffic
from scanner.page_visit.request_auth import Login
from scanner.page_visit.scripts import Script, Scripts
from scanner.preconditions import CannotLook

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from scanner.browser import Browser

MOST_SECONDS_TO_SETTLE = 12
MOST_HOSTS = 20  # in the evidence
QUIET = 0.5  # seconds without traffic and long tasks
QUIET_WHEN_TIMED = 2.0


@dataclass(frozen=True)
class Vitals:
    """How one load went: milliseconds, and for `cls` its score. `largest` is the element of the LCP.

    `lcp` is None where nothing counts as the largest paint, as on a page of plain colours.
    """

    fcp: float
    lcp: float | None
    cls: float
    tbt: float
    largest: dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """What a visit saw. `response`: the main document with the rendered DOM for its body; `weight`: bytes.

    `network`: `{reached: {host: address}, refused: [url]}`.
    `pictures`: JPEG, of the `screen` and by rule of the first element that breaks it; none behind a login.
    `scripts` is None where they were not asked for.
    `is_blank`: nothing was painted, or nothing of it is left; `vitals` is then None or says little.
    """

    response: Response
    vitals: Vitals | None
    elements: int
    is_blank: bool
    weight: int
    requests: int
    axe: dict[str, axe.Verdict]
    tools: dict[str, str]
    profile: dict[str, Any]
    network: dict[str, Any]
    pictures: dict[str, bytes]
    scripts: list[Script] | None


def see(
    browser: "Browser",
    url: str,
    *,
    throttled: bool = False,
    rules: Iterable[str] = (),
    credentials: RequestCredentials | None = None,
    pictures: bool = False,
    scripts: bool = False,
) -> Sight:
    """Visit an address and look. Raises CannotLook.

    Throttled, the load is timed as on a slow phone, and nothing is weighed. `credentials` is what lets into its origin.
    """
    visitor = _Visitor(browser, throttled=throttled, credentials=credentials, scripts=scripts)
    with _told(), browser.page(url, prepare=visitor.prepare, **profile.PHONE):
        return visitor.look(sorted(rules), pictures=pictures and credentials is None)


@contextmanager
def _told() -> Iterator[None]:
    """Tell what went wrong in the browser as the reason why a check cannot look."""
    from playwright.sync_api import Error  # the web does not need it, and it is large

    try:
        yield
    except CannotLook as obstacle:
        # What took too long once takes too long again, and a person waits.
        late = obstacle.reason == "timeout"
        raise CannotLook(
            obstacle.reason, obstacle.detail, tls=obstacle.tls, final=obstacle.final or late
        ) from None
    except Broken as problem:
        raise CannotLook("not_available", f"The page could not be read: {problem}") from None
    except Error as problem:
        said = problem.message.partition("\n")[0][:200]
        raise CannotLook("not_available", f"The browser broke off: {said}") from None


class _Visitor:
    """One page on its way."""

    def __init__(
        self, browser: "Browser", *, throttled: bool, credentials: RequestCredentials | None, scripts: bool
    ) -> None:
        self._browser = browser
        self._throttled = throttled
        self._credentials = credentials
        self._with_scripts = scripts

    def prepare(self, page: "Page") -> None:
        """Make the page ready, before it goes to the address."""
        self._page = page
        session = self._session = page.context.new_cdp_session(page)
        self._world = World(session)
        self._world.prepare(_observing())
        self._traffic = Traffic(page)
        self._document = Document(page)
        profile.name_the_phone(session, self._browser.version)
        self._scripts = Scripts(session) if self._with_scripts else None
        if self._credentials:
            Login(session, self._credentials)
        if self._throttled:
            profile.throttle(session)
        self._started_at, self._start = datetime.now(UTC), time.monotonic()

    def look(self, rules: list[str], *, pictures: bool) -> Sight:
        """Look at the page, which has loaded."""
        self._settle(QUIET_WHEN_TIMED if self._throttled else QUIET)
        report = self._world.evaluate("krafter.report()")
        scripts = self._scripts.seen(self._traffic.bodies()) if self._scripts else None
        verdicts = axe.run(self._world, rules)
        return Sight(
            response=self._document.response(
                address=self._address(),
                started_at=self._started_at,
                duration_ms=(time.monotonic() - self._start) * 1000,
            ),
            vitals=_vitals(report),
            elements=report["elements"],
            is_blank=report["fcp"] is None or report["blank"],
            weight=0 if self._throttled else self._traffic.weight(),
            requests=len(self._traffic.finished),
            axe=verdicts,
            tools={"chromium": self._browser.version, **({"axe": axe.version()} if rules else {})},
            profile=profile.described(throttled=self._throttled),
            network=self._network(),
            pictures=self._pictures(verdicts) if pictures else {},
            scripts=scripts,
        )

    def _pictures(self, verdicts: dict[str, axe.Verdict]) -> dict[str, bytes]:
        """Take them last: they may scroll the page."""
        taken = {"screen": shooting.of_screen(self._session, self._world)}
        for rule, said in verdicts.items():
            if said.failed:
                taken[rule] = shooting.of_element(self._session, self._world, said.failed[0]["target"])
        return {name: picture for name, picture in taken.items() if picture}

    def _address(self) -> str:
        visit = self._browser.visit
        return visit.address if visit and self._page.url.startswith("http") else ""

    def _network(self) -> dict[str, Any]:
        """The hosts that were reached with their addresses, and what the page asked for in vain."""
        visit = self._browser.visit
        if visit is None:
            return {}
        reached = dict(list(visit.reached.items())[:MOST_HOSTS])
        return {"reached": reached, **({"refused": visit.refused[:MOST_HOSTS]} if visit.refused else {})}

    def _settle(self, quiet: float) -> None:
        """Wait until there is neither traffic nor a long task. Raises CannotLook when that never comes."""
        loaded = time.monotonic()
        while (waited := time.monotonic() - loaded) < MOST_SECONDS_TO_SETTLE:
            self._page.wait_for_timeout(100)
            if self._traffic.quiet_for(waited) >= quiet and self._calm() >= quiet:
                return
        said = f"The page had not settled {MOST_SECONDS_TO_SETTLE} s after it had loaded."
        raise CannotLook("timeout", said, final=True)

    def _calm(self) -> float:
        return float(self._world.evaluate("krafter.calm()")) / 1000


def _vitals(report: dict[str, Any]) -> Vitals | None:
    if report["fcp"] is None:
        return None
    largest = report["largest"] or {}
    lcp = largest.pop("time", None)
    return Vitals(fcp=report["fcp"], lcp=lcp, cls=report["cls"], tbt=report["tbt"], largest=largest)


@cache
def _observing() -> str:
    return Path(__file__).with_name("observing.js").read_text(encoding="utf-8")
