"""The system for a benchmark: started as by `./krafter up`, with a new database, used by its API only."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.benchmark import process_stats
from devtools.demo.client import send
from devtools.local_stack.process import REPOSITORY, Command, kill_guarded, launch, wait_for
from scanner.browser import process_guard

# Its own database and broker, and no limit for the requests of this benchmark; the pace at sites is the default one.
ENVIRONMENT = {
    "KRAFTER_RATE_DEFAULT": "1000000",
    "KRAFTER_RATE_STRICT": "1000000",
    "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8",
    "DATABASE_URL": "",
    "REDIS_URL": "",
}
START_SECONDS = 180
# Part of the command line of each service; what else runs below the supervisor are workers, and their Chromium.
SERVICES = {
    "web": "krafter_audit.server",
    "beat": "celery -A krafter_audit beat",
    "PostgreSQL": "bin/postgres",
    "Valkey": "valkey-server",
}


class RequestFailed(Exception):
    """The API answered with another status than expected."""


@dataclass(frozen=True)
class ResourceUse:
    """CPU seconds of the workers with their Chromium, and of each service."""

    workers: float
    services: dict[str, float]

    def since(self, before: "ResourceUse") -> "ResourceUse":
        services = {
            name: round(seconds - before.services.get(name, 0.0), 2)
            for name, seconds in self.services.items()
        }
        return ResourceUse(round(self.workers - before.workers, 2), services)


class BenchmarkStack:
    """A system that `up` has started."""

    def __init__(self, supervisor: int, data: Path, facts: dict[str, Any]) -> None:
        self.supervisor = supervisor  # its process id
        self.data = data
        self.facts = facts  # of its `--ready` file

    def create_project(self, slug: str, site_url: str) -> "ProjectApi":
        """Create a project as an operator does; return its API."""
        command = [
            sys.executable,
            "-m",
            "devtools.local_stack.manage",
            str(self.data),
            "create_project",
            slug,
        ]
        command += ["--organization", self.facts["org_id"], "--site-url", site_url]
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, timeout=120)
        base = f"{self.facts['url']}/api/v1/orgs/{self.facts['org_id']}/projects/{slug}/audit"
        return ProjectApi(base, self.facts["api_key"])

    def resource_use(self) -> ResourceUse:
        """Return the CPU seconds so far, including ended processes."""
        services = {name: process_stats.cpu_seconds(pid) for name, pid in self._services().items()}
        every = process_stats.cpu_seconds(self.supervisor)
        return ResourceUse(every - sum(services.values()), services)

    def worker_megabytes(self) -> float:
        """Return the memory of the workers with Chromium; a shared page counts once."""
        others = {pid for service in self._services().values() for pid in process_stats.tree(service)}
        workers = process_stats.tree(self.supervisor) - others - {self.supervisor}
        return process_stats.proportional_megabytes(workers)

    def _services(self) -> dict[str, int]:
        found: dict[str, int] = {}
        children = [pid for pid, parent in process_guard.process_parents() if parent == self.supervisor]
        for pid in children:
            words = command_line(pid)
            found |= {name: pid for name, part in SERVICES.items() if part in words}
        return found


class ProjectApi:
    def __init__(self, base: str, key: str) -> None:
        self.base, self.key = base, key

    def get(self, path: str) -> Any:
        return self.request("GET", path)

    def post(self, path: str, body: Any) -> Any:
        return self.request("POST", path, body)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and return `data`. Raises RequestFailed."""
        response = send(method, f"{self.base}{path}", body=body, key=self.key)
        if response.status >= 300:
            raise RequestFailed(f"{method} {path}: {response.status} {response.body[:300].decode()}")
        return response.json["data"]


def command_line(pid: int) -> str:
    """Return a process's command line, empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def running_stack(folder: Path) -> Iterator[BenchmarkStack]:
    """Start the system with all files in a folder; stop it at the end. Raises StartFailed."""
    ready, log = folder / "ready.json", folder / "up.log"
    arguments = [sys.executable, "-m", "devtools.local_stack.up", "--no-demo", "--port", "0"]
    arguments += ["--data", str(folder / "data"), "--ready", str(ready)]
    guard = launch(Command("up", arguments, ENVIRONMENT), log)
    try:
        wait_for(ready.exists, "The system", guard, log, seconds=START_SECONDS)
        supervisor = next(pid for pid, parent in process_guard.process_parents() if parent == guard.pid)
        yield BenchmarkStack(supervisor, folder / "data", json.loads(ready.read_text()))
    finally:
        guard.terminate()
        with suppress(subprocess.TimeoutExpired):
            guard.wait(timeout=30)
        kill_guarded(guard)
