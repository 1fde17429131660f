"""The way out: every request of a look goes through here, is counted, waited for, noted and made once."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from krafter_audit.http.client import Client, HttpError, Response, TooManyRedirects
from scanner.preconditions import CannotLook

RETRY_DELAYS = (2.0, 10.0)
MOST_REQUESTS = 80
MOST_AT_ONCE = 2
MOST_SECONDS = 100.0
OUTAGE_STATUSES = (429, 500, 502, 503, 504)
OUTAGES = ("blocked", "timeout")
NO_CACHE = {"Cache-Control": "no-cache", "Pragma": "no-cache"}


@dataclass
class Budget:
    """How much one run may ask of a site: requests and seconds, shared by all its looks."""

    requests: int = MOST_REQUESTS
    seconds: float = MOST_SECONDS
    started: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def left(self) -> int:
        """Return how many requests may still be made."""
        with self.lock:
            return self.requests

    def spend(self) -> None:
        """Take one request. Raises CannotLook when the run has had its share."""
        with self.lock:
            if time.monotonic() - self.started > self.seconds:
                raise CannotLook("timeout", f"The look took over {self.seconds:.0f} s in all.", final=True)
            if self.requests <= 0:
                raise CannotLook("not_available", "A run may not make that many requests.")
            self.requests -= 1


class Memo:
    """Facts by name, each produced once and shared between threads, with those that could not be had."""

    def __init__(self) -> None:
        self._locks: dict[str, threading.RLock] = {}
        self._known: dict[str, Any] = {}
        self._guard = threading.Lock()

    def once[T](self, name: str, produce: Callable[[], T]) -> T:
        """Produce a fact when it is first asked for; later hand out the same, or the same failure."""
        with self.lock(name):
            if name not in self._known:
                try:
                    self._known[name] = produce()
                except CannotLook as obstacle:
                    self._known[name] = obstacle
            known = self._known[name]
        if isinstance(known, CannotLook):
            raise CannotLook(known.reason, known.detail, tls=known.tls)
        return known

    def lock(self, name: str) -> threading.RLock:
        """Return the lock of one fact."""
        with self._guard:
            return self._locks.setdefault(name, threading.RLock())

    def named(self, start: str) -> list[Any]:
        """Return what is known under names that begin so."""
        with self._guard:
            return [fact for name, fact in self._known.items() if name.startswith(start)]


class Fetcher(Memo):
    """Requests within a budget, and what they gave, each made once and shared between threads."""

    def __init__(self, client: Client, retry_delays: Sequence[float], budget: Budget, *, fresh: bool) -> None:
        super().__init__()
        self.client = client
        self.retry_delays = tuple(retry_delays)
        self.budget = budget
        self.log: dict[str, list[Response]] = {}
        self._fresh = fresh
        self._door = threading.BoundedSemaphore(MOST_AT_ONCE)

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

        An outage is waited out: unreachable or timed out, and for a patient one a status that says so too, is
        asked again after each of the retry delays.
        """

        def once() -> Response:
            return self._ask_once(fact, method, url, headers=headers, **options)

        def is_outage(response: Response) -> bool:
            return patient and response.status in OUTAGE_STATUSES

        return self.patiently(once, is_outage)

    def patiently[T](self, attempt: Callable[[], T], is_outage: Callable[[T], bool]) -> T:
        """Attempt something, and again after each of the retry delays while it looks like an outage."""
        for delay in self.retry_delays:
            try:
                answer = attempt()
            except CannotLook as obstacle:
                if obstacle.reason not in OUTAGES or obstacle.final:
                    raise
            else:
                if not is_outage(answer):
                    return answer
            time.sleep(delay)
        return attempt()

    def _ask_once(
        self, fact: str, method: str, url: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Response:
        self.budget.spend()
        sent = {**(NO_CACHE if self._fresh else {}), **(headers or {})}
        try:
            with self._door:
                response = self.client.request(method, url, headers=sent, **options)
        except HttpError as problem:
            raise as_obstacle(problem) from None
        return self._note(fact, response)

    def _note(self, fact: str, response: Response) -> Response:
        with self._guard:
            self.log.setdefault(fact, []).append(response)
        return response


def as_obstacle(problem: HttpError) -> CannotLook:
    """Return a failed request as the reason why a check cannot look."""
    known = problem.reason if problem.reason in (*OUTAGES, "refused_address") else "blocked"
    final = problem.reason not in OUTAGES or isinstance(problem, TooManyRedirects)
    return CannotLook(known, str(problem), tls=bool(getattr(problem, "tls", False)), final=final)
