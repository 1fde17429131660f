"""A load generator with keep-alive connections, which times each response."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 120  # seconds


@dataclass(frozen=True)
class BenchmarkRequest:
    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def json_request(method: str, path: str, body: Any, headers: dict[str, str]) -> BenchmarkRequest:
    """Return a request with a body of JSON, or without a body for None."""
    if body is None:
        return BenchmarkRequest(method, path, None, headers)
    content_type = {"Content-Type": "application/json"}
    return BenchmarkRequest(method, path, json.dumps(body).encode(), headers | content_type)


@dataclass
class LoadResult:
    """The seconds of each response and in total, and error responses by status."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    errors: dict[int, int] = field(default_factory=dict)
    first_error: str = ""

    def percentile(self, part: float) -> float:
        """Return the milliseconds that this part of the responses did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 if ordered else 0.0


class LoadGenerator:
    """Sends requests over several connections until time or requests are used up."""

    def __init__(
        self, port: int, requests: Iterator[BenchmarkRequest], *, connections: int, seconds: float, limit: int
    ) -> None:
        self.port, self.connections, self.seconds = port, connections, seconds
        self.requests, self.lock = itertools.islice(requests, limit), threading.Lock()
        self.result = LoadResult()

    def run(self) -> LoadResult:
        started = time.perf_counter()
        with ThreadPoolExecutor(self.connections) as threads:
            # A list, so that an exception of a thread is raised here.
            list(threads.map(self._send_over_connection, [started] * self.connections))
        self.result.seconds = time.perf_counter() - started
        return self.result

    def _next(self) -> BenchmarkRequest | None:
        with self.lock:
            return next(self.requests, None)

    def _send_over_connection(self, started: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        while time.perf_counter() - started < self.seconds:
            request = self._next()
            if request is None:
                break
            began = time.perf_counter()
            # http.client keeps the connection alive, so that requests need no handshake.
            connection.request(request.method, request.path, request.body, request.headers)
            response = connection.getresponse()
            body = response.read()
            self.result.times.append(time.perf_counter() - began)
            if response.status >= 300:
                self._record_error(response.status, body)
        connection.close()

    def _record_error(self, status: int, body: bytes) -> None:
        with self.lock:
            self.result.errors[status] = self.result.errors.get(status, 0) + 1
            self.result.first_error = self.result.first_error or body[:300].decode(errors="replace")
