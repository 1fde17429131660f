"""The demo website: a bakery on loopback whose faults can be fixed and broken again.

`GET /faults` lists them; `POST /faults/<name>/fix` and `/break` change one, `/faults/fix-all` and `/break-all` all.
"""

import argparse
import gzip
import json
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from devtools.demo.faults import FAULTS, FaultState
from devtools.demo.pages import DemoResponse, respond

SLOW_SECONDS = 0.8  # above the threshold of the check `ttfb`, 600 ms


class DemoServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, faults: FaultState) -> None:
        super().__init__(("127.0.0.1", port), DemoRequestHandler)
        self.faults = faults


class DemoRequestHandler(BaseHTTPRequestHandler):
    server: DemoServer
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/faults":
            self.send(faults_response(self.server.faults))
            return
        if path == "/" and "ttfb" in self.server.faults:
            time.sleep(SLOW_SECONDS)
        self.send(respond(path, self.server.faults))

    do_HEAD = do_GET

    def do_OPTIONS(self) -> None:
        self.send(DemoResponse(b"", status=204, headers=[("Allow", "GET, HEAD, OPTIONS")]))

    def do_POST(self) -> None:
        # A body that is not read would be parsed as the next request of the connection.
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
        names, action = parse_action(self.path)
        if action is None:
            self.send(DemoResponse(b'{"error": "no such fault"}\n', "application/json", status=404))
            return
        self.server.faults.set(names, broken=action == "break")
        self.send(faults_response(self.server.faults))

    def send(self, page: DemoResponse) -> None:
        body, extra = self.compress(page)
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in [*page.headers, *extra]:
            self.send_header(name, value)
        if "security_header_x_content_type_options" not in self.server.faults:
            self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def compress(self, page: DemoResponse) -> tuple[bytes, list[tuple[str, str]]]:
        if "text_compression" in self.server.faults or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return page.body, []
        return gzip.compress(page.body, mtime=0), [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]

    def version_string(self) -> str:
        return "BakeryServer/1.4.2" if "server_version_disclosure" in self.server.faults else "BakeryServer"


def faults_response(faults: FaultState) -> DemoResponse:
    return DemoResponse(json.dumps(faults.listed(), indent=1).encode() + b"\n", "application/json")


def parse_action(path: str) -> tuple[set[str], str | None]:
    """Return the faults of a POST and the action, `fix` or `break`; None for an unknown path."""
    match path.replace("mend", "fix").strip("/").split("/"):  # `mend` is an earlier name of `fix`
        case ["faults", ("fix-all" | "break-all") as word]:
            return set(FAULTS), word.removesuffix("-all")
        case ["faults", name, ("fix" | "break") as word] if name in FAULTS:
            return {name}, word
    return set(), None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, help="file in which the fixed faults are stored")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    DemoServer(options.port, FaultState(options.state)).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
