"""A vendor on loopback: checks every request against the vendor's description, then answers."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.server import running

type Answer = tuple[int, dict[str, str], Any]
OPERATION = re.compile(r"(?:query|mutation) (\w+)")


@dataclass
class Request:
    """A received request. `target` is path and query as received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    target: str = ""

    @property
    def document(self) -> str:
        """The GraphQL document."""
        return str(self.body["query"]) if isinstance(self.body, dict) and "query" in self.body else ""

    @property
    def operation(self) -> str:
        """The name of the GraphQL operation."""
        found = OPERATION.search(self.document)
        return found[1] if found else ""

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the GraphQL operation."""
        variables: dict[str, Any] = self.body["variables"]
        return variables


@dataclass(frozen=True)
class RawAnswer:
    """Bytes that are sent as they are; then the connection is closed."""

    content: bytes


@contextmanager
def listen(answer: Callable[[Request], Answer | RawAnswer]) -> Iterator[str]:
    """Serve on loopback; yield the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
    with running(server):
        yield f"http://127.0.0.1:{server.server_port}"


def _handler(answer: Callable[[Request], Answer | RawAnswer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Log nothing."""

        def do_GET(self) -> None:
            answered = answer(self._request())
            with suppress(BrokenPipeError, ConnectionResetError):  # the client's time limit has passed
                if isinstance(answered, RawAnswer):
                    self.wfile.write(answered.content)
                else:
                    self._send(*answered)

        def _request(self) -> Request:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query, body = dict(parse_qsl(parts.query)), _body(sent, headers)
            return Request(self.command, parts.path, query, headers, body, self.path)

        def _send(self, status: int, extra: dict[str, str], content: Any) -> None:
            written = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **extra}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_PUT = do_POST = do_PATCH = do_DELETE = do_GET

    return Handler


def _body(sent: bytes, headers: dict[str, str]) -> Any:
    if "form" in headers.get("content-type", ""):
        return dict(parse_qsl(sent.decode()))
    return json.loads(sent) if sent else None


@dataclass
class FakeServer:
    """Answers by `route`, after the answers that a test has scripted."""

    route: Callable[[Request], Answer]
    spec: Any
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    scripted: list[tuple[str, Answer]] = field(default_factory=list)

    def next_answer(self, path: str, status: int, headers: dict[str, str], content: Any) -> None:
        """Answer the next request whose path matches with this."""
        self.scripted.append((path, (status, headers, content)))

    def received(self, path: str = "", method: str = "GET") -> list[Request]:
        """Return the requests of a method whose path matches."""
        return [
            request for request in self.requests if request.method == method and re.search(path, request.path)
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        self.requests.append(request)
        if self.spec is not None:
            self.complaints += self.spec.check(
                request.method, request.path, request.query, request.headers, request.body
            )
        for position, (path, answer) in enumerate(self.scripted):
            if re.search(path, request.path):
                del self.scripted[position]
                return answer
        return self.route(request)


@contextmanager
def serve(route: Callable[[Request], Answer], spec: Any) -> Iterator[FakeServer]:
    """Serve on loopback; at the end, no request may have violated the description."""
    server = FakeServer(route, spec)
    with listen(server.answer) as server.url:
        yield server
    assert server.complaints == []
