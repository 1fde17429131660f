"""The demo's website: a bakery on loopback whose faults are mended and broken again by one request each.

`GET /faults` lists them; `POST /faults/<name>/mend` and `/break` change one, `POST /faults/mend-all`
and `/break-all` all.
"""

import argparse
import gzip
import json
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from devtools.demo.faults import FAULTS, Faults
from devtools.demo.pages import Answer, answer

SLOW_SECONDS = 0.8  # above the threshold of the check `ttfb`, 600 ms


class Site(ThreadingHTTPServer):
    """The server and the state of its faults."""

    daemon_threads = True

    def __init__(self, port: int, faults: Faults) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.faults = faults


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Site
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        """A page, or the list of faults."""
        path = self.path.partition("?")[0]
        if path == "/faults":
            self.send(listed(self.server.faults))
            return
        if path == "/" and "ttfb" in self.server.faults:
            time.sleep(SLOW_SECONDS)
        self.send(answer(path, self.server.faults))

    do_HEAD = do_GET

    def do_OPTIONS(self) -> None:
        """No other site may do more than ask."""
        self.send(Answer(b"", status=204, headers=[("Allow", "GET, HEAD, OPTIONS")]))

    def do_POST(self) -> None:
        """Mend or break."""
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
        names, action = wanted(self.path)
        if action is None:
            self.send(Answer(b'{"error": "no such fault"}\n', "application/json", status=404))
            return
        self.server.faults.set(names, broken=action == "break")
        self.send(listed(self.server.faults))

    def send(self, page: Answer) -> None:
        """Write the answer with the headers that every page has."""
        body, extra = self.compressed(page)
        self.send_response(page.status)
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in [*page.headers, *extra]:
            self.send_header(name, value)
        if "security_header_x_content_type_options" not in self.server.faults:
            self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def compressed(self, page: Answer) -> tuple[bytes, list[tuple[str, str]]]:
        """The body as it is sent, and the headers that say so."""
        if "text_compression" in self.server.faults or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return page.body, []
        return gzip.compress(page.body, mtime=0), [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]

    def version_string(self) -> str:
        """The Server header."""
        return "BakeryServer/1.4.2" if "server_version_disclosure" in self.server.faults else "BakeryServer"


def listed(faults: Faults) -> Answer:
    """The state of all faults as JSON."""
    return Answer(json.dumps(faults.listed(), indent=1).encode() + b"\n", "application/json")


def wanted(path: str) -> tuple[set[str], str | None]:
    """The faults that a POST to `path` names, and what is to become of them; None when there are no such."""
    match path.strip("/").split("/"):
        case ["faults", ("mend-all" | "break-all") as word]:
            return set(FAULTS), word.removesuffix("-all")
        case ["faults", name, ("mend" | "break") as word] if name in FAULTS:
            return {name}, word
    return set(), None


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, help="the file that keeps which faults are mended")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Site(options.port, Faults(options.state)).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
