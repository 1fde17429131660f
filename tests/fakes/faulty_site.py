"""A small website on loopback whose faults can be fixed, for tests that check a real website."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.server import running

GOOD_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop of good things</title>'
    '<meta name="description" content="What we sell"><meta name="viewport" content="width=device-width">'
    "</head><body><main><h1>Shop</h1><p>Good things.</p></main></body></html>"
)


class FaultySite:
    """The responses of the site: change the attributes at any time. `before_answer` runs before each answer."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {"Content-Type": "text/html; charset=utf-8"}
        self.body = GOOD_PAGE
        self.pages: dict[str, str] = {}
        self.types: dict[str, str] = {}  # of a path; the Content-Type of the headers where it has none
        self.status = 200
        self.hits: list[str] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.url = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.hits.append(f"{handler.command} {handler.path}")
        self.before_answer()
        page = {"/": self.body, **self.pages}.get(handler.path)
        known, body = page is not None, (page or "missing").encode()
        handler.send_response(self.status if known else 404)
        typed = {"Content-Type": self.types[handler.path]} if handler.path in self.types else {}
        for name, value in (self.headers | typed).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)


@contextmanager
def serve() -> Iterator[FaultySite]:
    """Serve a site on a free port of 127.0.0.1."""
    site = FaultySite()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.answer(self)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *args: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}/"
    with running(server):
        yield site
