"""Asking over kept connections, and how long each answer took."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 120  # seconds


@dataclass(frozen=True)
class Ask:
    """One request; `body` is JSON already."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def sending(method: str, path: str, body: Any, headers: dict[str, str]) -> Ask:
    """Return a request with a JSON body."""
    return Ask(method, path, json.dumps(body).encode(), {**headers, "Content-Type": "application/json"})


@dataclass
class Taken:
    """What a run of requests took: the seconds of each answer, all of them together, and what was refused."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    refused: dict[int, int] = field(default_factory=dict)
    first_refusal: str = ""

    def percentile(self, part: float) -> float:
        """Return the milliseconds within which that part of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 if ordered else 0.0


class Load:
    """Requests over some connections at once, until the time or the requests are over."""

    def __init__(
        self, port: int, asks: Iterator[Ask], *, connections: int, seconds: float, most: int
    ) -> None:
        self.port, self.connections, self.seconds = port, connections, seconds
        self.asks, self.lock = itertools.islice(asks, most), threading.Lock()
        self.taken = Taken()

    def run(self) -> Taken:
        """Ask; return what it took."""
        started = time.perf_counter()
        threads = [threading.Thread(target=self._ask_on, args=(started,)) for _ in range(self.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.taken.seconds = time.perf_counter() - started
        return self.taken

    def _next(self) -> Ask | None:
        with self.lock:
            return next(self.asks, None)

    def _ask_on(self, started: float) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        while time.perf_counter() - started < self.seconds:
            ask = self._next()
            if ask is None:
                break
            began = time.perf_counter()
            link.request(ask.method, ask.path, ask.body, ask.headers)
            answer = link.getresponse()
            said = answer.read()
            self.taken.times.append(time.perf_counter() - began)
            if answer.status >= 300:
                self._note(answer.status, said)
        link.close()

    def _note(self, status: int, said: bytes) -> None:
        with self.lock:
            self.taken.refused[status] = self.taken.refused.get(status, 0) + 1
            self.taken.first_refusal = self.taken.first_refusal or said[:300].decode(errors="replace")


def always(make: Callable[[], Ask]) -> Iterator[Ask]:
    """Ask the same again and again."""
    while True:
        yield make()
