"""Serve a benchmark site from its own process: HTTP/1.1 with keep-alive, a fixed latency, and counted requests.

`python -m devtools.benchmark.sites.server NAME PORT [LATENCY_MS]`. `GET /-/requests` returns the number of requests
by method and the number of connections; it is not counted itself.
"""

import gzip
import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devtools.benchmark.sites.content import COMPRESSIBLE, BenchmarkSite, SiteResponse
from devtools.benchmark.sites.realistic import realistic_site
from devtools.benchmark.sites.trivial import trivial_site

SITES: dict[str, Callable[[str], BenchmarkSite]] = {
    "trivial": trivial_site,
    "realistic": realistic_site,
    "one_build": partial(realistic_site, one_build=True),
}
COUNTERS_PATH = "/-/requests"
IDLE_SECONDS = 60


class BenchmarkSiteServer(ThreadingHTTPServer):
    """Serves a site; `latency` is the time in seconds before each response."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str, port: int = 0, latency: float = 0.0) -> None:
        super().__init__(("127.0.0.1", port), SiteRequestHandler)
        self.site = SITES[name](self.origin)
        self.latency = latency
        self.counts: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, name: str) -> None:
        with self.lock:
            self.counts[name] += 1


class SiteRequestHandler(BaseHTTPRequestHandler):
    server: BenchmarkSiteServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one segment

    def setup(self) -> None:
        super().setup()
        self.server.count("connections")

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == COUNTERS_PATH:
            with self.server.lock:
                counts = dict(self.server.counts)
            self.send(SiteResponse(json.dumps(counts).encode(), "application/json"), ())
            return
        self.server.count(self.command)
        time.sleep(self.server.latency)
        site = self.server.site
        self.send(site.respond(path), site.headers)

    do_HEAD = do_GET

    def do_OPTIONS(self) -> None:
        self.server.count(self.command)
        time.sleep(self.server.latency)
        self.send(SiteResponse(b"", "text/plain", 204, (("Allow", "GET, HEAD, OPTIONS"),)), ())

    def send(self, response: SiteResponse, headers: tuple[tuple[str, str], ...]) -> None:
        """Send a response, compressed if the site compresses and the client accepts it."""
        body, encoded = response.body, False
        if can_compress(self.server.site, response) and "gzip" in self.headers.get("Accept-Encoding", ""):
            body, encoded = compressed(response.body), True
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(body)))
        if encoded:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        for name, value in (*headers, *response.headers):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def version_string(self) -> str:
        return self.server.site.server

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def can_compress(site: BenchmarkSite, response: SiteResponse) -> bool:
    return site.compress and response.content_type.startswith(COMPRESSIBLE) and len(response.body) > 500


@lru_cache(maxsize=500)
def compressed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def main(arguments: list[str]) -> int:
    name, port, *latency = arguments
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    BenchmarkSiteServer(name, int(port), float(latency[0]) / 1000 if latency else 0.0).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
