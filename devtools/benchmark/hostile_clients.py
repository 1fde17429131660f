"""`./krafter bench hostile`: response times while thousands of connections are idle, or send and read too slowly.

Starts its own system. Ends with 1 if the API's p99 is more than three times as long as without them, or if the liveness
probe fails. Linux only.
"""

import argparse
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing import Process, Value
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devtools.benchmark.load_generator import LoadResult
from devtools.benchmark.process_stats import command_line, memory, tree
from devtools.demo.client import send
from devtools.local_stack.temporary_system import temporary_system

MAX_FACTOR = 3.0
BYTES_READ_EACH_SECOND = 1024
FINDINGS, EVIDENCE_BYTES = 100, 40_000  # a page of 4 MB
OPEN_SECONDS = 60  # until all connections of a kind are open
RECEIVE_BUFFER = 4096  # of a slow reader, so that the kernel does not read ahead


@dataclass(frozen=True)
class ClientKind:
    """Connections of one kind: the bytes that they send at first and each second; or they read slowly."""

    name: str
    number: int
    opening: bytes = b""
    each_second: bytes = b""
    reads: bool = False


def kinds(path: str, key: str, *, scale: float) -> list[ClientKind]:
    """Return 2,000 idle connections, 2,000 slow bodies, 500 slow headers and 500 slow readers, times `scale`."""
    host = b"Host: 127.0.0.1\r\n"
    post = b"POST /admin/login/ HTTP/1.1\r\n" + host + b"Content-Length: 100000\r\n\r\n"
    read = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    return [
        ClientKind("idle", int(2000 * scale)),
        ClientKind("slow bodies", int(2000 * scale), post, b"x"),
        ClientKind("slow headers", int(500 * scale), b"GET / HTTP/1.1\r\n" + host + b"X-Slow: ", b"x"),
        ClientKind("slow readers", int(500 * scale), read, reads=True),
    ]


class HostileClients:
    """A process that keeps the connections of a kind open: a connection that the server closes is opened again."""

    def __init__(self, port: int, kind: ClientKind) -> None:
        self.port, self.kind = port, kind
        self.connections: list[socket.socket] = []
        self.answered: set[socket.socket] = set()  # the slow readers that have read something
        self.open, self.closed_by_server = Value("i", 0), Value("i", 0)
        self.process = Process(target=self._run, daemon=True)

    def __enter__(self) -> "HostileClients":
        self.process.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.join()

    def __str__(self) -> str:
        return f"{self.open.value} {self.kind.name}, {self.closed_by_server.value} closed by the server"

    def wait_until_open(self) -> None:
        """Wait until all connections are open, and those that read have something to read."""
        deadline = time.monotonic() + OPEN_SECONDS
        while self.open.value < self.kind.number and time.monotonic() < deadline:
            time.sleep(0.1)

    def _run(self) -> None:
        while True:
            began = time.monotonic()
            readable = self._readable()
            self.connections = [
                connection
                for connection in self.connections
                if self._goes_on(connection, readable=connection.fileno() in readable)
            ]
            for _ in range(self.kind.number - len(self.connections)):
                with suppress(OSError):
                    self.connections.append(self._connect())
            self.open.value = len(self.answered if self.kind.reads else self.connections)
            time.sleep(max(0.0, 1 - (time.monotonic() - began)))

    def _readable(self) -> set[int]:
        poll = select.poll()
        for connection in self.connections:
            poll.register(connection, select.POLLIN)
        return {descriptor for descriptor, _ in poll.poll(0)}

    def _connect(self) -> socket.socket:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        connection.settimeout(5)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(self.kind.opening)
        connection.setblocking(False)
        return connection

    def _goes_on(self, connection: socket.socket, *, readable: bool) -> bool:
        with suppress(OSError):
            if self.kind.reads:
                if not readable or connection.recv(BYTES_READ_EACH_SECOND):
                    self.answered |= {connection} if readable else set()
                    return True
            elif not readable:  # otherwise the connection is refused
                if self.kind.each_second:
                    connection.send(self.kind.each_second)
                return True
        self.closed_by_server.value += 1
        self.answered.discard(connection)
        connection.close()
        return False


@dataclass
class LoadMeasurement:
    """Response times of the API and the liveness probe, and the web's peaks."""

    api: LoadResult
    liveness: LoadResult
    megabytes: float
    stored_megabytes: float  # in temporary files

    def __str__(self) -> str:
        failures = self.failures()
        kinds = ", ".join(f"{count} with {status or 'no answer'}" for status, count in failures.items())
        return (
            f"API p50 {self.api.percentile(0.5):.0f} ms, p99 {self.api.percentile(0.99):.0f} ms;"
            f" liveness p99 {self.liveness.percentile(0.99):.0f} ms; {kinds or 'none'} failed;"
            f" {self.megabytes:.0f} MB of memory, {self.stored_megabytes:.0f} MB in temporary files"
        )

    def failures(self) -> Counter[int]:
        """Return the failed requests by status; 0 is no response."""
        return Counter(self.api.errors) + Counter(self.liveness.errors)


def measure(port: int, path: str, key: str, web: int, seconds: float) -> LoadMeasurement:
    """Send requests one by one to the API and the liveness probe."""
    measured = LoadMeasurement(LoadResult(), LoadResult(), 0, 0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time_request(port, path, key, measured.api)
        time_request(port, "/healthz/live", "", measured.liveness)
        measured.megabytes = max(measured.megabytes, memory(web).resident)
        measured.stored_megabytes = max(measured.stored_megabytes, temporary_megabytes(web))
        time.sleep(0.05)
    return measured


def time_request(port: int, path: str, key: str, result: LoadResult) -> None:
    began, status = time.perf_counter(), 0
    with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
        status = connection.getresponse().status
    result.times.append(time.perf_counter() - began)
    if status != 200:
        result.errors[status] = result.errors.get(status, 0) + 1


def temporary_megabytes(pid: int) -> float:
    """Return the size of deleted files that the process has open."""
    return sum(_deleted_files(pid)) / 1e6


def _deleted_files(pid: int) -> Iterator[int]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            if descriptor.readlink().name.endswith("(deleted)"):
                yield descriptor.stat().st_size


def find_web(supervisor: int) -> int:
    for pid in tree(supervisor):
        if "-m krafter_audit.server" in command_line(pid) and "process_guard.py" not in command_line(pid):
            return pid
    raise SystemExit("The process of the web was not found.")


def fill(audit: str, key: str) -> None:
    """Report findings of which a page is several megabytes."""
    for number in range(FINDINGS):
        evidence = {"log": f"{number:06}" * (EVIDENCE_BYTES // 6)}
        body = {"domain": "seo", "title": f"Large {number}", "external_id": str(number), "evidence": evidence}
        answer = send("POST", f"{audit}/findings", body=body, key=key)
        if answer.status not in (200, 201):
            raise SystemExit(f"A finding was refused: {answer.status}")


def attack(facts: dict[str, Any], supervisor: int, *, seconds: float, scale: float) -> bool:
    """Measure without and with each kind of connections, and with all; print; return whether all is well."""
    url = urlsplit(facts["url"])
    path = f"/api/v1/orgs/{facts['org_id']}/projects/{facts['project_id']}/audit"
    fill(f"{facts['url']}{path}", facts["api_key"])
    port, web = int(url.port or 80), find_web(supervisor)
    small, large = f"{path}/findings?limit=1", f"{path}/findings?limit={FINDINGS}"

    def measured(name: str, chosen: list[ClientKind]) -> LoadMeasurement:
        with ExitStack() as stack:
            clients = [stack.enter_context(HostileClients(port, kind)) for kind in chosen]
            for client in clients:
                client.wait_until_open()
            found = measure(port, small, facts["api_key"], web, seconds)
            opened = "".join(f"\n    {client}" for client in clients)
        print(f"  {name}: {found}{opened}", flush=True)
        return found

    before = measured("none", [])
    attackers = kinds(large, facts["api_key"], scale=scale)
    found = [measured(kind.name, [kind]) for kind in attackers] + [measured("all", attackers)]
    longest = max(measurement.api.percentile(0.99) for measurement in found)
    failed = sum(measurement.failures().total() for measurement in found)
    factor = longest / before.api.percentile(0.99)
    print(f"\nThe API's p99 is at most {factor:.1f} times as long; {failed} requests failed.")
    return factor <= MAX_FACTOR and not failed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./krafter bench hostile", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of each measurement (default 30)")
    parser.add_argument("--scale", type=float, default=1, help="1: 5,000 connections (default)")
    options = parser.parse_args(arguments)
    with temporary_system() as system:
        is_well = attack(system.facts, system.supervisor, seconds=options.seconds, scale=options.scale)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
