"""A system that runs as `./krafter up` runs it, spoken to over HTTP alone, with processes that can be hurt."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOMY = {"KRAFTER_RATE_DEFAULT": "1000000", "KRAFTER_RATE_STRICT": "1000000", "KRAFTER_HOST_RATE": "20"}
PARTS = {"postgres": "bin/postgres -D", "valkey": "valkey-server", "worker": "krafter_audit worker"}


@dataclass
class Answer:
    """What the API said: the status (0 = nothing at all), the body, and the seconds it took."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def code(self) -> str | None:
        """The refusal's code."""
        error = self.body.get("error")
        return error["code"] if error else None

    @property
    def data(self) -> Any:
        """What was asked for."""
        return self.body["data"]


class System:
    """The running system."""

    def __init__(self, supervisor: subprocess.Popen[bytes], facts: dict[str, Any]) -> None:
        self.supervisor = supervisor
        self.facts = facts
        self.root = f"{facts['url']}/api/v1/orgs/{facts['org_id']}"
        self.base = f"{self.root}/projects/{facts['project_id']}/audit/"

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Send one request; a path with a slash in front is the organisation's, any other the project's."""
        url = f"{self.root}{path}" if path.startswith("/") else f"{self.base}{path}"
        headers = {"Authorization": f"Bearer {self.facts['api_key']}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, raw, headers, method=method)  # noqa: S310
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            status, text = refusal.code, refusal.read()
        except OSError:
            return Answer(0, {}, time.monotonic() - began)
        return Answer(status, json.loads(text), time.monotonic() - began)

    def pids(self, part: str) -> list[int]:
        """The processes of one part, among those that come from this system's supervisor."""
        table = subprocess.run(
            ["ps", "-ewwo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )  # noqa: S607
        rows = [line.split(None, 2) for line in table.stdout.splitlines()]
        ours = {self.supervisor.pid}
        for _ in range(4):
            ours |= {int(pid) for pid, parent, _ in rows if int(parent) in ours}
        return [
            int(p) for p, _, args in rows if int(p) in ours and PARTS[part] in args and "guard.py" not in args
        ]

    def kill(self, part: str) -> None:
        """End all processes of a part at once, with no chance to tidy up."""
        for pid in self.pids(part):
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def away(self, part: str) -> Iterator[None]:
        """Keep a part away: it is killed, and the supervisor, which would bring it back, sleeps meanwhile."""
        self.supervisor.send_signal(signal.SIGSTOP)
        self.kill(part)
        try:
            yield
        finally:
            self.supervisor.send_signal(signal.SIGCONT)

    def in_order(self) -> None:
        """Wait until everything runs and answers."""
        until(
            lambda: all(self.pids(part) for part in PARTS) and self.ask("GET", "tasks").status == 200,
            seconds=60,
        )

    def task(self, address: str, title: str) -> str:
        """Report a finding about an address and make its task; returns the task's id."""
        finding = self.ask(
            "POST",
            "findings",
            {
                "domain": "security",
                "title": title,
                "severity": "high",
                "checks": ["security_header_csp", "security_header_x_content_type_options"],
                "affected_assets": [{"type": "url", "value": address}],
            },
        )
        return str(self.ask("POST", "tasks", {"finding_id": finding.data["id"], "title": title}).data["id"])

    def verify(self, task_id: str) -> Answer:
        """Run a verification."""
        return self.ask("POST", "verifications/run", {"task_id": task_id})

    def finished(self, verification_id: str, *, seconds: float = 120) -> dict[str, Any]:
        """Wait until every check has answered."""
        return until(lambda: self._answered(verification_id), seconds=seconds)

    def _answered(self, verification_id: str) -> dict[str, Any] | None:
        answer = self.ask("GET", f"verifications/{verification_id}")
        if answer.status != 200 or any(check["status"] == "running" for check in answer.data["checks"]):
            return None
        return dict(answer.data)

    def spent(self) -> int:
        """Units of quota of this month."""
        return int(self.ask("GET", "/usage").data["spent"])


def until[T](question: Callable[[], T], *, seconds: float) -> T:
    """Ask until there is an answer, and give it; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"nothing came of it in {seconds} s")


@contextmanager
def started(place: Path) -> Iterator[System]:
    """Start a system whose files are all in `place`; stop it at the end."""
    ready = place / "ready.json"
    embedded = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    command = [sys.executable, "-m", "devtools.local_stack.up", "--no-demo", "--port", "0"]
    command += ["--data", str(place / "data"), "--ready", str(ready)]
    env = embedded | ROOMY | {"KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with (place / "log").open("wb") as log:
        supervisor = subprocess.Popen(command, env=env, stdout=log, stderr=log)  # noqa: S603
    try:
        until(ready.exists, seconds=120)
        yield System(supervisor, json.loads(ready.read_text()))
    finally:
        supervisor.terminate()
        supervisor.wait(timeout=20)
