"""Faults of disks, clocks, connections and the network: work waits and completes, and requests fail quickly."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis

from devtools.local_stack.postgres import APPLICATION_USER, DATABASE
from scanner.browser.process_guard import descendants
from tests.chaos.machines import Machines, installed_machines
from tests.chaos.system import wait_until
from tests.fakes.faulty_site import FaultySite

pytestmark = pytest.mark.chaos
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="Only root mounts a disk.")
needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="The system package libfaketime is missing.")


@pytest.fixture
def machines(tmp_path: Path, site: FaultySite) -> Iterator[Machines]:
    site.headers["X-Content-Type-Options"] = "nosniff"
    with installed_machines(tmp_path) as machines:
        yield machines


def start(machines: Machines, **env: str) -> None:
    """Start a web, a worker and a beat."""
    machines.add_web("web", **env)
    machines.add_worker("worker", **env)
    machines.add_beat("beat", **env)
    machines.wait_until_ready()


def verify(machines: Machines, site: FaultySite, title: str) -> str:
    """Start a verification of a fixed finding; return its id."""
    asset = {"type": "url", "value": site.url}
    body = {"domain": "security", "title": title, "severity": "high", "checks": ["security_header_csp"]}
    finding = machines.request("POST", "findings", body | {"affected_assets": [asset]}).data["id"]
    task = machines.request("POST", "tasks", {"finding_id": finding, "title": title}).data["id"]
    return str(machines.request("POST", "verifications/run", {"task_id": task}).data["id"])


def assert_passes(machines: Machines, verification_id: str, *, seconds: float = 90) -> None:
    """Assert that the check passes once, and its evidence is stored once."""
    path = f"verifications/{verification_id}"
    wait_until(lambda: machines.is_checked(verification_id), seconds=seconds)
    assert [check["status"] for check in machines.request("GET", path).data["checks"]] == ["passed"]
    assert len(machines.request("GET", f"{path}/evidence").data["chain"]) == 1


def test_emptied_valkey_loses_no_work(machines: Machines, site: FaultySite):
    machines.add_web("web")
    machines.wait_until_ready()
    waiting = verify(machines, site, "Queued before Valkey is emptied")
    client = redis.Redis.from_url(machines.env["REDIS_URL"])

    client.flushall()
    machines.add_worker("worker")
    machines.add_beat("beat")
    assert_passes(machines, waiting)
    client.flushall()

    assert_passes(machines, verify(machines, site, "Started after a running Valkey was emptied"))


def test_worker_process_that_the_kernel_kills_loses_no_work(machines: Machines, site: FaultySite):
    start(machines)
    requested, resumed = threading.Event(), threading.Event()
    site.before_answer = lambda: (requested.set(), resumed.wait(timeout=30))
    waiting = verify(machines, site, "Killed without memory")
    assert requested.wait(timeout=30)

    # Only the process that runs the job, the youngest: the main process of the worker notices and starts another.
    os.kill(max(descendants(machines.processes["worker"][1].pid)), signal.SIGKILL)
    resumed.set()

    assert_passes(machines, waiting)


def test_exhausted_connections_at_a_cold_start_delay_work_only(machines: Machines, site: FaultySite):
    machines.add_web("web")
    machines.wait_until_ready()
    waiting = verify(machines, site, "Queued before the connections were exhausted")
    machines.kill("web")

    with exhausted_connections(machines):
        machines.restart("web")
        machines.add_worker("worker")
        machines.add_beat("beat")
        machines.wait_until_ready()
        rejected = machines.send("web", "GET", "tasks")
        time.sleep(15)

    assert (rejected.status, rejected.code, rejected.seconds < 15) == (503, "unavailable", True)
    assert_passes(machines, waiting)


@contextmanager
def exhausted_connections(machines: Machines) -> Iterator[None]:
    """Hold every connection that the application role may open."""
    url = machines.servers.postgres.url_of(APPLICATION_USER, machines.role_password)
    held: list[psycopg.Connection] = []
    try:
        with suppress(psycopg.OperationalError):
            while True:
                held.append(psycopg.connect(url))
        yield
    finally:
        for connection in held:
            connection.close()


class Proxy:
    """A TCP proxy before PostgreSQL that can be cut: bytes are no longer forwarded, or connections are refused."""

    def __init__(self, path: str) -> None:
        self.path, self.silent, self.refusing = path, threading.Event(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.refusing.is_set():
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.path)
                self.pairs.append((client, server))
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self.forward, args=(source, target), daemon=True).start()

    def forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.silent.is_set():
                    continue
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def refuse(self) -> None:
        """Close every connection, and refuse new ones."""
        self.refusing.set()
        for pair in self.pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def restore(self) -> None:
        self.silent.clear()
        self.refusing.clear()


@pytest.mark.parametrize("fault", ["silent", "refusing"])
def test_web_without_its_database_fails_quickly_and_recovers(
    machines: Machines, site: FaultySite, fault: str
):
    folder = parse_qs(urlsplit(machines.servers.postgres.url).query)["host"][0]
    proxy = Proxy(f"{folder}/.s.PGSQL.5432")
    url = f"postgres://{APPLICATION_USER}:{machines.role_password}@127.0.0.1:{proxy.port}/{DATABASE}"
    start(machines)
    machines.add_web("cut", balanced=False, DATABASE_URL=url)
    machines.wait_until_ready()
    before = machines.send("cut", "GET", "tasks")

    proxy.silent.set() if fault == "silent" else proxy.refuse()
    during = [machines.send("cut", "GET", "tasks") for _ in range(3)]
    other = machines.send("web", "GET", "tasks")
    assert_passes(machines, verify(machines, site, "Verified by the others"))
    proxy.restore()

    assert (before.status, other.status, [response.status for response in during]) == (200, 200, [503] * 3)
    assert max(response.seconds for response in during) < 15
    wait_until(lambda: machines.send("cut", "GET", "tasks").status == 200, seconds=30)


def set_clock(path: Path, offset: str) -> None:
    """Replace the file: libfaketime ends a process that reads an empty one."""
    new = path.with_suffix(".new")
    new.write_text(offset)
    new.replace(path)


@needs_faketime
@pytest.mark.parametrize("jump", ["+1h", "-1h", "+1d", "-1d"])
def test_clock_jump_stops_no_work(machines: Machines, site: FaultySite, tmp_path: Path, jump: str):
    clock = tmp_path / "clock"
    set_clock(clock, "+0")
    start(
        machines,
        LD_PRELOAD=str(FAKETIME),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    assert_passes(machines, verify(machines, site, "Before the jump"))
    machines.kill("worker")
    waiting = verify(machines, site, "Queued before the jump")
    set_clock(clock, jump)
    redis.Redis.from_url(machines.env["REDIS_URL"]).delete("verify_http")  # only a sweep enqueues it again
    machines.restart("worker")

    assert_passes(machines, waiting)
    assert_passes(machines, verify(machines, site, "After the jump"))


@contextmanager
def small_disk(path: Path, kilobytes: int) -> Iterator[None]:
    """Mount a disk of this size at the path."""
    path.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", path], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def export(machines: Machines) -> str:
    return str(machines.request("POST", "reports/export", {"format": "csv"}).data["id"])


@needs_root
@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_export_is_repeated_until_the_disk_can_be_written(
    machines: Machines, site: FaultySite, tmp_path: Path, fault: str
):
    disk = tmp_path / "disk"
    with small_disk(disk, 256):
        # On a shared disk instead of S3.
        start(machines, KRAFTER_S3_BUCKET="", KRAFTER_MEDIA_ROOT=str(disk))
        if fault == "full":
            (disk / "ballast").write_bytes(bytes(256 * 1024 - 4096))
            with suppress(OSError), (disk / "more").open("wb") as more:
                more.write(bytes(64 * 1024))
        else:
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        report, waiting = export(machines), verify(machines, site, "Verified meanwhile")
        assert_passes(machines, waiting)
        time.sleep(5)
        during = machines.request("GET", f"reports/{report}").data["status"]
        if fault == "full":
            (disk / "ballast").unlink()
        else:
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)

        wait_until(
            lambda: machines.request("GET", f"reports/{report}").data["status"] == "exported", seconds=60
        )
        assert during in ("queued", "exporting")
        assert machines.download("web", f"reports/{report}/download")
