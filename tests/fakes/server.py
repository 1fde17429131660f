"""A far end on loopback: holds every request against the vendor's own description, then answers."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.dialects.github import SPECS, Answer, Request
from tests.serving import running


def description(name: str) -> Any:
    """Return the checker of a vendor's description, or None where it does not lie beside this checkout."""
    if not (SPECS / name).exists():
        return None
    if str(SPECS) not in sys.path:
        sys.path.insert(0, str(SPECS))
    from speccheck import Spec

    return Spec(str(SPECS / name))


@dataclass
class FarEnd:
    """Answers by `route`, after those that a test puts in front."""

    route: Callable[[Request], Answer]
    described: Any
    url: str = ""
    delay: float = 0
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    scripted: list[tuple[str, Answer]] = field(default_factory=list)

    def next_answer(self, path: str, *answer: Any) -> None:
        """Answer the next request whose path matches with this status, headers and content."""
        self.scripted.append((path, (answer[0], answer[1], answer[2])))

    def asked(self, path: str = "", method: str = "GET") -> list[Request]:
        """Return the requests of a method whose path matches."""
        return [seen for seen in self.requests if seen.method == method and re.search(path, seen.path)]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        time.sleep(self.delay)
        self.requests.append(request)
        if self.described is not None:
            self.complaints += self.described.check(
                request.method, request.path, request.query, request.headers, request.body
            )
        for place, (path, answer) in enumerate(self.scripted):
            if re.search(path, request.path):
                del self.scripted[place]
                return answer
        return self.route(request)


def _handler(far_end: FarEnd) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Stay quiet."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query, body = dict(parse_qsl(parts.query)), _body(sent, headers)
            status, extra, content = far_end.answer(Request(self.command, parts.path, query, headers, body))
            written = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **extra}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(written)))
            with suppress(BrokenPipeError, ConnectionResetError):
                self.end_headers()
                self.wfile.write(written)

        do_PUT = do_POST = do_PATCH = do_DELETE = do_GET

    return Handler


def _body(sent: bytes, headers: dict[str, str]) -> Any:
    if "form" in headers.get("content-type", ""):
        return dict(parse_qsl(sent.decode()))
    return json.loads(sent) if sent else None


@contextmanager
def serve(route: Callable[[Request], Answer], described: Any) -> Iterator[FarEnd]:
    """Serve on loopback; afterwards nothing that was asked may break the description."""
    far_end = FarEnd(route, described)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(far_end))
    far_end.url = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield far_end
    assert far_end.complaints == []
