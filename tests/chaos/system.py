"""A system started like `./krafter up`, used over HTTP only, whose processes can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from scanner.browser.process_guard import descendants, is_running

HIGH_LIMITS = {"KRAFTER_RATE_DEFAULT": "1000000", "KRAFTER_RATE_STRICT": "1000000", "KRAFTER_HOST_RATE": "20"}
# Part of the command line of each process.
PROCESSES = {"postgres": "bin/postgres -D", "valkey": "valkey-server", "worker": "krafter_audit worker"}


@dataclass
class Response:
    """A response of the API: the status (0 without a response), the body, and the duration in seconds."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def code(self) -> str | None:
        """Return the code of the error."""
        error = self.body.get("error")
        return error["code"] if error else None

    @property
    def data(self) -> Any:
        """Return the data of a successful response."""
        return self.body["data"]


class System:
    """The running system."""

    def __init__(self, supervisor: subprocess.Popen[bytes], installation: dict[str, Any]) -> None:
        self.supervisor = supervisor
        self.api_key = installation["api_key"]
        self.organization_url = f"{installation['url']}/api/v1/orgs/{installation['org_id']}"
        self.project_url = f"{self.organization_url}/projects/{installation['project_id']}/audit/"

    def in_new_project(self, slug: str, site_url: str) -> Self:
        """Create a project, and return the same system, whose requests go to this project."""
        created = self.request("POST", "/projects", {"id": slug, "site_url": site_url})
        assert created.status == 201, created.body
        other = copy(self)
        other.project_url = f"{self.organization_url}/projects/{slug}/audit/"
        return other

    def request(self, method: str, path: str, body: Any = None) -> Response:
        """Send one request; a path with a leading slash belongs to the organisation, others to the project."""
        url = f"{self.organization_url}{path}" if path.startswith("/") else f"{self.project_url}{path}"
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        started = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                status, text = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        except OSError:
            return Response(0, {}, time.monotonic() - started)
        return Response(status, json.loads(text), time.monotonic() - started)

    def pids(self, name: str) -> list[int]:
        """Return the processes with this name below this system's supervisor."""
        table = subprocess.run(
            ["ps", "-ewwo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 2) for line in table.stdout.splitlines()]
        ours = {self.supervisor.pid}
        for _ in range(4):
            ours |= {int(pid) for pid, parent, _ in rows if int(parent) in ours}
        return [
            int(p)
            for p, _, args in rows
            if int(p) in ours and PROCESSES[name] in args and "process_guard.py" not in args
        ]

    def kill(self, name: str) -> None:
        """Kill the processes with this name and their children (SIGKILL), and wait until they are gone."""
        # A backend of PostgreSQL outlives its killed server for a moment, and still answers.
        killed = {pid for parent in self.pids(name) for pid in (parent, *descendants(parent))}
        for pid in killed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, killed)), seconds=10)

    @contextmanager
    def unavailable(self, name: str) -> Iterator[None]:
        """Kill the processes with this name and suspend the supervisor, which would restart them."""
        self.supervisor.send_signal(signal.SIGSTOP)
        self.kill(name)
        try:
            yield
        finally:
            self.supervisor.send_signal(signal.SIGCONT)

    def wait_until_ready(self) -> None:
        """Wait until every process runs and the API responds."""
        wait_until(
            lambda: all(self.pids(name) for name in PROCESSES) and self.request("GET", "tasks").status == 200,
            seconds=60,
        )

    def create_task(self, url: str, title: str) -> str:
        """Create a finding on a URL and its task; return the id of the task."""
        finding = self.request(
            "POST",
            "findings",
            {
                "domain": "security",
                "title": title,
                "severity": "high",
                "checks": ["security_header_csp", "security_header_x_content_type_options"],
                "affected_assets": [{"type": "url", "value": url}],
            },
        )
        task = self.request("POST", "tasks", {"finding_id": finding.data["id"], "title": title})
        return str(task.data["id"])

    def verify(self, task_id: str) -> Response:
        """Start a verification."""
        return self.request("POST", "verifications/run", {"task_id": task_id})

    def wait_for_checks(self, verification_id: str, *, seconds: float = 120) -> dict[str, Any]:
        """Wait until every check of a verification has a result and return the verification."""
        return wait_until(lambda: self._checked(verification_id), seconds=seconds)

    def _checked(self, verification_id: str) -> dict[str, Any] | None:
        response = self.request("GET", f"verifications/{verification_id}")
        if response.status != 200 or any(check["status"] == "running" for check in response.data["checks"]):
            return None
        return dict(response.data)

    def units_spent(self) -> int:
        """Return the units of quota spent this month."""
        return int(self.request("GET", "/usage").data["spent"])


def wait_until[T](condition: Callable[[], T], *, seconds: float) -> T:
    """Call a function until its result is true, and return the result; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.2)
    raise AssertionError(f"The condition was not met in {seconds} s")


@contextmanager
def running_system(folder: Path) -> Iterator[System]:
    """Start a system with all of its files in a folder; stop it at the end."""
    ready = folder / "ready.json"
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    command = [sys.executable, "-m", "devtools.local_stack.up", "--no-demo", "--port", "0"]
    command += ["--data", str(folder / "data"), "--ready", str(ready)]
    env = environment | HIGH_LIMITS | {"KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with (folder / "log").open("wb") as log:
        supervisor = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        wait_until(ready.exists, seconds=120)
        yield System(supervisor, json.loads(ready.read_text()))
    finally:
        supervisor.terminate()
        supervisor.wait(timeout=20)
