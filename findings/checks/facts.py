"""What the checks look at: fetched when a check needs it, once a run, within bounds.

Every fact but the first (the page itself) is fetched only after the page has answered as itself. So a site
that is down, has moved, or hides behind a login is noticed once, and no check passes for want of anything to
see.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from findings.checks import obstacles
from findings.checks.obstacles import CannotLook, Identity
from findings.checks.page import Page
from findings.checks.references import same_origin_assets
from krafter_audit.lib.http import Client, HttpError, Response

logger = logging.getLogger(__name__)

RETRY_DELAYS = (2.0, 10.0)
MOST_REQUESTS = 80
MOST_SECONDS = 100.0
OUTAGE_STATUSES = (500, 502, 503, 504)
FOREIGN_ORIGIN = "https://krafter-audit.invalid"
FINAL_REASONS = ("refused_address", "invalid_url")
BROWSER_ENCODINGS = {"Accept-Encoding": "gzip, deflate, br, zstd"}
MOST_ASSETS = 12
NO_CACHE = {"Cache-Control": "no-cache", "Pragma": "no-cache"}


@dataclass
class Budget:
    """How much one run may ask of a site: requests and seconds, shared by all its looks."""

    requests: int = MOST_REQUESTS
    seconds: float = MOST_SECONDS
    started: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def spend(self) -> None:
        """Take one request. Raises CannotLook when the run has had its share."""
        with self.lock:
            if time.monotonic() - self.started > self.seconds:
                raise CannotLook("timeout", f"The look took longer than {self.seconds:.0f} seconds.")
            if self.requests <= 0:
                raise CannotLook("not_available", "The look needs more requests than a run may make.")
            self.requests -= 1


class Facts:
    """The facts of one page, shared by its checks; safe to read from several threads.

    `before` is the identity that the page had when the fault was found (None: this is the first look);
    `verifying` says that there was such a look, even where its identity was not kept.
    Every fact raises CannotLook when it cannot be had, and does so again for each check that asks.
    """

    def __init__(
        self,
        url: str,
        client: Client,
        *,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        before: Identity | None = None,
        verifying: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.url = url
        self.client = client
        self.retry_delays = tuple(retry_delays)
        self.before = before
        self.verifying = verifying or before is not None
        self.budget = budget or Budget()
        self.log: dict[str, list[Response]] = {}
        self._root: Facts = self
        self._locks: dict[str, threading.RLock] = {}
        self._known: dict[str, Any] = {}
        self._guard = threading.Lock()
        self._door = threading.Lock()

    # -- the page
    # ---------------------------------------------------------------------------------------------

    @property
    def landing(self) -> Page:
        """What answers at the address, whatever its status; on the asked site and not a challenge."""
        return self._once("landing", self._land)

    @property
    def page(self) -> Page:
        """The page itself: found, on the asked site, no challenge, no login wall."""
        return self._once("page", self._arrive)

    @property
    def document(self) -> Page:
        """The page as HTML that was read whole."""
        page = self.page
        if not page.response.body.strip():
            raise CannotLook("target_missing", "The page is empty.")
        if not page.is_html:
            raise CannotLook("target_missing", "The address no longer answers with an HTML page.")
        if page.response.truncated:
            raise CannotLook("truncated", "The page is larger than is read.")
        return page

    def _land(self) -> Page:
        page = Page(self.ask("page", "GET", self.url, patient=True, follow_redirects=True))
        obstacles.refuse_offsite(self.url, page)
        obstacles.refuse_challenge(page)
        return page

    def _arrive(self) -> Page:
        page = self.landing
        obstacles.refuse_error_status(page)
        if self.verifying:
            obstacles.refuse_login_wall(self.url, page, self.before)
        return page

    def again(self, number: int) -> "Facts":
        """Return the facts of the `number`th further look: fetched anew, past every cache."""
        return self._root._once(f"look {number}", self._look_again)

    def looks(self) -> list["Facts"]:
        """Return these facts and those of the further looks that were made."""
        with self._root._guard:
            known = list(self._root._known.items())
        return [self._root, *(fact for name, fact in known if name.startswith("look "))]

    def _look_again(self) -> "Facts":
        other = Facts(
            self.url,
            self.client,
            retry_delays=self.retry_delays,
            before=self.before,
            verifying=self.verifying,
            budget=self.budget,
        )
        other._root, other._door = self._root, self._door
        return other

    # -- what surrounds it
    # ------------------------------------------------------------------------------------

    def probe(self, path: str) -> Response:
        """What the site answers to GET of a path of its own, without following redirects."""
        return self._once(f"probe:{path}", lambda: self._beside(f"probe:{path}", "GET", path))

    @property
    def robots(self) -> Response:
        """What answers at /robots.txt, redirects followed, whatever its status."""
        return self._once(
            "robots",
            lambda: self._beside("robots", "GET", "/robots.txt", patient=True, follow_redirects=True),
        )

    @property
    def cors(self) -> Response:
        """What the page answers to a preflight request that comes from a foreign origin."""
        headers = {"Origin": FOREIGN_ORIGIN, "Access-Control-Request-Method": "GET"}
        return self._once("cors", lambda: self._beside("cors", "OPTIONS", "", headers=headers))

    @property
    def encoded(self) -> Response:
        """The page as it goes over the wire to a browser that takes every compression; its body is not
        decoded.
        """
        return self._once(
            "encoded", lambda: self._beside("encoded", "GET", "", headers=BROWSER_ENCODINGS, decode=False)
        )

    @property
    def assets(self) -> list[Response]:
        """The first 12 scripts, style sheets and images of the page's origin, as they go over the wire."""
        return self._once("assets", self._fetch_assets)

    def _fetch_assets(self) -> list[Response]:
        addresses = same_origin_assets(self._root.document)[:MOST_ASSETS]
        return [self.ask("assets", "GET", url, headers=BROWSER_ENCODINGS, decode=False) for url in addresses]

    def first_byte_times(self, count: int) -> list[float]:
        """Milliseconds to the first byte of the page, `count` samples after one warm-up, each asked anew."""
        samples: list[float] = self._once("timings", self._warm_up)
        with self._lock("timings"):
            while len(samples) < count:
                samples.append(self._time_once())
            return samples[:count]

    def _warm_up(self) -> list[float]:
        self._time_once()
        return []

    def _time_once(self) -> float:
        response = self._beside("timings", "GET", "", headers=NO_CACHE)
        if not 200 <= response.status < 300:
            raise CannotLook(
                "blocked", f"The page answered with status {response.status} while it was timed."
            )
        return response.ttfb_ms

    def _beside(self, fact: str, method: str, path: str, **options: Any) -> Response:
        """Ask for something of the same origin; an empty path is the page's final address."""
        page = self._root.page
        return self.ask(fact, method, urljoin(page.url, path) if path else page.url, **options)

    # -- the way out
    # ------------------------------------------------------------------------------------------

    def ask(
        self,
        fact: str,
        method: str,
        url: str,
        *,
        patient: bool = False,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Response:
        """Make one request for a fact and note it. Raises CannotLook.

        An outage is waited out: unreachable or timed out, and for a patient one a status that says so, is
        asked again after each of the retry delays.
        """
        sent = {**(NO_CACHE if self is not self._root else {}), **(headers or {})}
        problem: HttpError | None = None
        for delay in (*self.retry_delays, None):
            self.budget.spend()
            try:
                with self._door:
                    response = self.client.request(method, url, headers=sent, **options)
            except HttpError as error:
                problem = error
            else:
                if delay is None or not patient or response.status not in OUTAGE_STATUSES:
                    return self._note(fact, response)
            if delay is None or (problem and problem.reason in FINAL_REASONS):
                break
            time.sleep(delay)
        raise _as_obstacle(problem)

    def _note(self, fact: str, response: Response) -> Response:
        with self._guard:
            self.log.setdefault(fact, []).append(response)
        return response

    def _once[T](self, name: str, produce: Callable[[], T]) -> T:
        """Produce a fact the first time it is asked for and hand out the same, or the same failure, later."""
        with self._lock(name):
            if name not in self._known:
                try:
                    self._known[name] = produce()
                except CannotLook as obstacle:
                    self._known[name] = obstacle
            known = self._known[name]
        if isinstance(known, CannotLook):
            raise CannotLook(known.reason, known.detail, tls=known.tls)
        return known  # type: ignore[no-any-return]

    def _lock(self, name: str) -> threading.RLock:
        with self._guard:
            return self._locks.setdefault(name, threading.RLock())


def _as_obstacle(problem: HttpError | None) -> CannotLook:
    reason = problem.reason if problem else "blocked"
    known = reason if reason in ("timeout", "refused_address", "blocked") else "blocked"
    return CannotLook(known, str(problem), tls=bool(getattr(problem, "tls", False)))


def is_default_port(url: str) -> bool:
    """Say whether the URL names no port, or its scheme's own."""
    parts = urlsplit(url)
    return parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
