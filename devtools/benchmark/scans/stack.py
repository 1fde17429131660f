"""The system for a benchmark: used by its API only."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from devtools.benchmark import process_stats
from devtools.demo.client import send
from devtools.local_stack.process import REPOSITORY
from devtools.local_stack.temporary_system import TemporarySystem
from scanner.browser import process_guard

# Part of the command line of each service; all other processes of the supervisor are workers, and their Chromium.
SERVICES = {
    "web": "krafter_audit.server",
    "beat": "celery -A krafter_audit beat",
    "PostgreSQL": "bin/postgres",
    "Valkey": "valkey-server",
}


class RequestFailed(Exception):
    """The API returned another status than expected."""


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
    def __init__(self, system: TemporarySystem) -> None:
        self.supervisor, self.data, self.facts = system.supervisor, system.data, system.facts

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
            words = process_stats.command_line(pid)
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
