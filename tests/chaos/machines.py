"""A system of several machines: three webs, four workers and two beats as processes with separate disks."""

import itertools
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

from devtools.benchmark.servers import BenchmarkServers, responds
from devtools.local_stack.data import free_port
from devtools.local_stack.postgres import APPLICATION_USER, DATABASE
from devtools.local_stack.process import REPOSITORY, WEB_SERVER, Command, kill_guarded, launch
from tests.chaos.system import HIGH_LIMITS, Response, wait_until
from tests.fakes import object_storage

CELERY = ("-m", "celery", "-A", "krafter_audit")
# None has a browser: its checks are inconclusive at once.
QUEUES = "celery,sync,webhook,export,verify_http,scan_http,scan_browser,verify_browser"
PASSING_ERRORS = (0, 502, 503)  # a client, or the load balancer before the web, repeats the request


@dataclass(frozen=True)
class Code:
    """A version of the program: its directory, and the Python that has its packages."""

    folder: Path = REPOSITORY
    python: str = sys.executable

    @property
    def env(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder)}


THIS_CODE = Code()


class Machines:
    """The processes, each with its own directory for everything that it writes.

    `code` is the version that is started next.
    """

    def __init__(self, folder: Path, endpoint: str, code: Code) -> None:
        self.folder, self.code = folder, code
        self.servers = BenchmarkServers(folder / "servers")
        self.servers.start()
        self.servers.postgres.ensure_database()
        self.processes: dict[str, tuple[Command, subprocess.Popen[bytes]]] = {}
        self.ports: dict[str, int] = {}
        self.balanced: list[str] = []  # the webs among which requests are distributed
        self.env = self.environment(endpoint)
        self.api_key = f"kr_live_{secrets.token_urlsafe(32)}"
        self.installation = self.install()
        self.requests = itertools.count()

    def environment(self, endpoint: str) -> dict[str, str]:
        self.role_password = secrets.token_hex(16)
        return {
            **self.servers.environment(DATABASE), **HIGH_LIMITS,
            "DATABASE_URL": self.servers.postgres.url_of(APPLICATION_USER, self.role_password),
            "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8", "KRAFTER_PUBLIC_URL": "http://127.0.0.1:8000",
            "KRAFTER_S3_BUCKET": object_storage.BUCKET, "KRAFTER_S3_ENDPOINT": endpoint,
            "KRAFTER_S3_REGION": object_storage.REGION, "KRAFTER_S3_ACCESS_KEY": object_storage.ACCESS_KEY,
            "KRAFTER_S3_SECRET_KEY": object_storage.SECRET_KEY, "PATH": str(Path(sys.executable).parent),
        }  # fmt: skip

    def install(self) -> dict[str, Any]:
        """Migrate the database and create an organisation, as an operator does."""
        self.owner = {
            "DATABASE_URL": self.servers.postgres.url,
            "KRAFTER_DB_ROLE_PASSWORD": self.role_password,
            "KRAFTER_DB_STATEMENT_SECONDS": "0",
        }
        self.manage("create_database_role", **self.owner)
        self.migrate()
        seed = ("--api-key", self.api_key, "--admin-password", "x" * 20)
        return dict(json.loads(self.manage("seed_installation", *seed, **self.owner).splitlines()[-1]))

    def migrate(self) -> str:
        """Migrate the database as its owner, and return what was printed."""
        return self.manage("migrate", "--no-input", **self.owner)

    def manage(self, *arguments: str, **env: str) -> str:
        """Run manage.py and return what it printed."""
        ended = subprocess.run(
            [self.code.python, "manage.py", *arguments],
            env=os.environ | self.env | self.code.env | env,
            cwd=self.code.folder,
            check=False,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr[-2000:]
        return ended.stdout

    def start(self) -> None:
        """Start three webs, four workers and two beats, and wait until each web responds."""
        for number in range(1, 4):
            self.add_web(f"web-{number}")
        for number in range(1, 5):
            self.add_worker(f"worker-{number}")
        for name in ("beat-1", "beat-2"):
            self.add_beat(name)
        self.wait_until_ready()

    def add_web(self, name: str, *, balanced: bool = True, **env: str) -> None:
        port = self.ports.setdefault(name, free_port())
        self.balanced += [name] if balanced else []
        serving = [*WEB_SERVER, "--host", "127.0.0.1", "--port", str(port)]
        self.add(name, *serving, KRAFTER_DB_POOL="1", **env)

    def add_worker(self, name: str, **env: str) -> None:
        options = ("--hostname", f"{name}@%h", "--queues", QUEUES, "--concurrency", "1")
        self.add(name, *CELERY, "worker", "--without-gossip", "--without-mingle", *options, **env)

    def add_beat(self, name: str, **env: str) -> None:
        self.add(name, *CELERY, "beat", "--pidfile=", **env)

    def wait_until_ready(self) -> None:
        wait_until(lambda: all(map(self.is_ready, self.ports)), seconds=90)

    def add(self, name: str, *arguments: str, **env: str) -> None:
        disk = self.folder / name
        disk.mkdir(exist_ok=True)
        own = {"KRAFTER_MEDIA_ROOT": str(disk / "media"), "TMPDIR": str(disk), "HOME": str(disk)}
        env = self.env | self.code.env | own | env
        command = Command(name, [self.code.python, *arguments], env=env, cwd=self.code.folder)
        self.processes[name] = (command, launch(command, self.folder / f"{name}.log"))

    def is_ready(self, web: str) -> bool:
        return responds(f"http://127.0.0.1:{self.ports[web]}/healthz/live")

    def kill(self, name: str) -> None:
        """Kill a process and its children (SIGKILL)."""
        kill_guarded(self.processes[name][1])

    def stop_gently(self, name: str, *, seconds: float = 30) -> None:
        """Stop a process as an orchestrator does: no new requests, SIGTERM, and time to finish."""
        if name in self.balanced:
            self.balanced.remove(name)
            time.sleep(0.5)  # a client may have chosen it already
        process = self.processes.pop(name)[1]
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        kill_guarded(process)

    def restart(self, name: str) -> None:
        """Start a killed process again, as an orchestrator does."""
        command = self.processes[name][0]
        self.processes[name] = (command, launch(command, self.folder / f"{name}.log"))

    def request(self, method: str, path: str, body: Any = None) -> Response:
        """Send a request to the next web; repeat it with the same Idempotency-Key at another one that responds."""
        key, deadline = str(uuid4()), time.monotonic() + 60
        while True:
            web = self.balanced[next(self.requests) % len(self.balanced)]
            response = self.send(web, method, path, body, key)
            repeated = response.status in PASSING_ERRORS or response.code == "idempotency_in_progress"
            if not repeated or time.monotonic() > deadline:
                return response
            time.sleep(0.2)

    def send(self, web: str, method: str, path: str, body: Any = None, key: str = "") -> Response:
        """Send one request to one web."""
        status, content, seconds = self._exchange(web, method, path, body, key)
        return Response(status, json.loads(content) if content else {}, seconds)

    def download(self, web: str, path: str) -> bytes:
        """Return the body of a file from one web."""
        return self._exchange(web, "GET", path, None, "")[1]

    def _exchange(self, web: str, method: str, path: str, body: Any, key: str) -> tuple[int, bytes, float]:
        ids = self.installation
        organization = f"http://127.0.0.1:{self.ports[web]}/api/v1/orgs/{ids['org_id']}"
        url = (
            f"{organization}{path}"
            if path.startswith("/")
            else f"{organization}/projects/{ids['project_id']}/audit/{path}"
        )
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key and method == "POST" else {}
        data = None if body is None else json.dumps(body).encode()
        request, started = urllib.request.Request(url, data, headers, method=method), time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        except (OSError, ValueError, HTTPException):
            return 0, b"", time.monotonic() - started
        return status, content, time.monotonic() - started

    def is_checked(self, verification_id: str) -> bool:
        """Return whether every check of the verification has a result."""
        checks = self.request("GET", f"verifications/{verification_id}").data["checks"]
        return all(check["status"] != "running" for check in checks)

    def every_row(self, path: str) -> list[dict[str, Any]]:
        """Return the rows of all pages of a list."""
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.request("GET", f"{path}{'&' if '?' in path else '?'}limit=100&cursor={cursor}").body
            rows += page["data"]
            cursor = page["meta"]["next_cursor"]
            if not cursor:
                return rows

    def stop(self) -> None:
        for _, process in self.processes.values():
            kill_guarded(process)
        self.servers.stop()


@contextmanager
def installed_machines(folder: Path, code: Code = THIS_CODE) -> Iterator[Machines]:
    """Start the servers, also one of S3 for the files, and install; stop all processes at the end."""
    with object_storage.served() as endpoint:
        machines = Machines(folder, endpoint, code)
        try:
            yield machines
        finally:
            machines.stop()
