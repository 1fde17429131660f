"""Send the requests of a run: limited by a budget, retried during an outage, logged, and made once."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from krafter_audit.http.client import Client, HttpError, Response, TooManyRedirects
from scanner.preconditions import Inconclusive

RETRY_DELAYS = (2.0, 10.0)  # seconds
MAX_REQUESTS = 80  # 50 links, 12 static files, and a reserve for the other facts and repetitions
MAX_CONCURRENT_REQUESTS = 6  # the throttle of the client allows fewer at most hosts
MAX_SECONDS = 100.0  # below the time limit of the Celery job
# Temporary: after 408 and 425 the same request may be sent again (RFC 9110, section 15.5.9; RFC 8470).
OUTAGE_STATUSES = (408, 425, 429, 500, 502, 503, 504)
OUTAGE_REASONS = ("blocked", "timeout")
NO_CACHE = {"Cache-Control": "no-cache", "Pragma": "no-cache"}


class BudgetSpent(Inconclusive):
    """The budget of a run is used up."""


@dataclass
class RequestBudget:
    """How many requests and seconds a run may take, repeated runs included."""

    requests: int = MAX_REQUESTS
    seconds: float = MAX_SECONDS
    started: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def left(self) -> int:
        with self.lock:
            return self.requests

    def spend(self) -> None:
        """Count one request. Raises BudgetSpent."""
        with self.lock:
            if time.monotonic() - self.started > self.seconds:
                raise BudgetSpent("timeout", f"The run took longer than {self.seconds:.0f} s.", final=True)
            if self.requests <= 0:
                raise BudgetSpent("not_available", "The run has used up its number of requests.")
            self.requests -= 1

    def end(self) -> None:
        with self.lock:
            self.seconds = -1.0  # already exceeded: the next request raises BudgetSpent


class Memo:
    """Named facts, each produced once and shared between threads."""

    def __init__(self) -> None:
        self._locks: dict[str, threading.RLock] = {}
        self._known: dict[str, Any] = {}
        self._repetitions: dict[int, Memo] = {}
        self._guard = threading.Lock()

    def once[T](self, name: str, produce: Callable[[], T]) -> T:
        """Return the fact, produced at the first call; later calls return or raise the same."""
        with self.lock(name):
            if name not in self._known:
                try:
                    self._known[name] = produce()
                # A spent budget says nothing about the fact: another run that shares it may still fetch it.
                except BudgetSpent:
                    raise
                except Inconclusive as error:
                    self._known[name] = error
            known = self._known[name]
        if isinstance(known, Inconclusive):
            # A new exception: an exception that several threads raise collects their tracebacks.
            raise Inconclusive(known.reason, known.detail, tls=known.tls, unanswered=known.unanswered)
        return known

    def add(self, name: str, fact: Any) -> None:
        with self._guard:
            self._known.setdefault(name, fact)

    def has(self, name: str) -> bool:
        with self._guard:
            return name in self._known

    def pop(self, name: str) -> Any:
        with self._guard:
            return self._known.pop(name, None)

    def repetition(self, number: int) -> "Memo":
        """Return the facts of the `number`th repetition, which all pages share too."""
        with self._guard:
            return self._repetitions.setdefault(number, Memo())

    def lock(self, name: str) -> threading.RLock:
        with self._guard:
            return self._locks.setdefault(name, threading.RLock())

    def named(self, prefix: str) -> list[Any]:
        with self._guard:
            return [fact for name, fact in self._known.items() if name.startswith(prefix)]


class Fetcher(Memo):
    def __init__(
        self, client: Client, retry_delays: Sequence[float], budget: RequestBudget, *, bypass_cache: bool
    ) -> None:
        super().__init__()
        self.client = client
        self.retry_delays = tuple(retry_delays)
        self.budget = budget
        self.log: dict[str, list[Response]] = {}
        self._bypass_cache = bypass_cache
        self._slots = threading.BoundedSemaphore(MAX_CONCURRENT_REQUESTS)

    def fetch(
        self, fact: str, method: str, url: str, *, retry_statuses: bool = False, **options: Any
    ) -> Response:
        """Send one request for a fact and log it. Raises Inconclusive.

        With `retry_statuses`, a status of an outage is retried as a failed connection is.
        """
        return self.with_retries(
            partial(self._fetch_once, fact, method, url, **options),
            lambda response: retry_statuses and response.status in OUTAGE_STATUSES,
        )

    def with_retries[T](
        self, attempt: Callable[[], T], is_outage: Callable[[T], bool] = lambda _: False
    ) -> T:
        """Call `attempt`, and again after each of the retry delays while there is an outage."""
        for delay in self.retry_delays:
            try:
                result = attempt()
            except Inconclusive as error:
                if error.reason not in OUTAGE_REASONS or error.final:
                    raise
            else:
                if not is_outage(result):
                    return result
            time.sleep(delay)
        return attempt()

    def ended_with_outage(self, fact: str) -> bool:
        responses = self.log.get(fact, [])
        return bool(responses) and responses[-1].status in OUTAGE_STATUSES

    def _fetch_once(
        self, fact: str, method: str, url: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Response:
        self.budget.spend()
        sent = {**(NO_CACHE if self._bypass_cache else {}), **(headers or {})}
        try:
            with self._slots:
                response = self.client.request(method, url, headers=sent, **options)
        except HttpError as error:
            raise as_inconclusive(error) from None
        with self._guard:
            self.log.setdefault(fact, []).append(response)
        return response


def as_inconclusive(error: HttpError) -> Inconclusive:
    """Return a failed request as the reason why a check is inconclusive."""
    reason = error.reason if error.reason in (*OUTAGE_REASONS, "refused_address") else "blocked"
    final = error.reason not in OUTAGE_REASONS or isinstance(error, TooManyRedirects)
    tls, unanswered = (bool(getattr(error, name, False)) for name in ("tls", "unanswered"))
    return Inconclusive(reason, str(error), tls=tls, unanswered=unanswered, final=final)
