"""A website on loopback, with and without TLS, whose answers a test sets."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

from krafter_audit.http.client import AddressPolicy, Client
from tests.fakes.server import running

type Headers = list[tuple[str, str]]


@dataclass
class Answer:
    """The response of a path. `delay` is in seconds; `hang_up` closes the connection without a response."""

    body: bytes | str = b""
    status: int = 200
    headers: Headers = field(default_factory=list)
    delay: float = 0.0
    hang_up: bool = False


@dataclass
class Site:
    """The answers by path, or by method and path (`GET /`).

    An answer may be a function that returns it, or a list for successive requests, whose last one is repeated.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    otherwise: Answer = field(
        default_factory=lambda: Answer("missing", 404, [("Content-Type", "text/plain")])
    )
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        self.requests.append((method, path, headers))
        found = self.answers.get(f"{method} {path}", self.answers.get(path, self.otherwise))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found(method, headers) if callable(found) else found

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.requests]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            answer = site.answer(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
            time.sleep(answer.delay)
            if answer.hang_up:
                return
            here = site.url.rstrip("/")
            body = (
                answer.body.replace("{url}", here).encode() if isinstance(answer.body, str) else answer.body
            )
            self.send_response_only(answer.status)
            for name, text in answer.headers:
                self.send_header(name, text.replace("{url}", here))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_OPTIONS = respond

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Print no traceback: some tests close connections during the handshake."""


@contextmanager
def served(
    site: Site, context: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Site]:
    """Serve the site while the block runs, on a free port by default; over TLS where a context is given."""
    server = _Server((host, port), _handler(site))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.url = f"{'https' if context else 'http'}://{host}:{server.server_port}/"
    with running(server):
        yield site


def tls_context(
    authority: trustme.CA, *names: str, change: Callable[[ssl.SSLContext], None] | None = None, **options: Any
) -> ssl.SSLContext:
    """Return a server's context with a certificate of the authority for the names (127.0.0.1 by default)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1",)), **options).configure_cert(context)
    if change:
        change(context)
    return context


def loopback_client(ca_file: str = "", **options: Any) -> Client:
    """Return the HTTP client of the product, which may connect to loopback and to public addresses."""
    return Client(policy=AddressPolicy.from_setting("127.0.0.0/8"), ca_file=ca_file, **options)


class UnverifiedPolicy(AddressPolicy):
    """Allows loopback to be requested, although the operator has not listed it: a browser may not visit it."""

    def is_allowed(self, address: object, port: int) -> bool:
        return False

    def permits(self, address: object, port: int) -> bool:
        return True
