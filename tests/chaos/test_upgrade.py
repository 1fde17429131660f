"""An upgrade while clients call: `./krafter rehearse-upgrade`. No call fails, nothing is lost.

That calls do fail during an unsafe upgrade is tested too: a rehearsal that cannot fail proves nothing.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.machines import Code, Machines, installed_machines
from tests.chaos.system import Response, wait_until
from tests.chaos.versions import THIS_CODE, code_with_migration, migration_with_sql, versions
from tests.fakes.faulty_site import FaultySite

pytestmark = pytest.mark.chaos
ROWS = 500  # findings before the upgrade
BATCH = 100
CALLS_IN_A_PHASE = 40
CHECKS = ["security_header_csp"]


class Clients:
    """Clients that call the next web of those that are balanced, without repeating a call."""

    def __init__(self, machines: Machines, site: FaultySite) -> None:
        self.machines, self.site = machines, site
        self.phase, self.answers = "", Counter[tuple[str, str, int]]()
        self.reported: list[str] = []
        self.verifications: list[str] = []
        self.lock, self.stopped = threading.Lock(), threading.Event()
        work: list[tuple[Callable[[int], None], float]] = [
            (self.read, 0.1),
            (self.report, 0.2),
            (self.verify, 1),
        ]
        self.threads = [threading.Thread(target=self.repeat, args=arguments) for arguments in work]

    def __enter__(self) -> "Clients":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, action: Callable[[int], None], pause: float) -> None:
        number = 0
        while not self.stopped.wait(pause):
            number += 1
            action(number)

    def call(self, method: str, path: str, body: Any = None) -> Response:
        with self.lock:
            web = self.machines.balanced[next(self.machines.requests) % len(self.machines.balanced)]
        response = self.machines.send(web, method, path, body)
        self.answers[self.phase, f"{method} {path.split('?')[0].split('/')[0]}", response.status] += 1
        return response

    def read(self, number: int) -> None:
        self.call("GET", ("findings?limit=50", "tasks", "verifications", "reports/summary")[number % 4])

    def report(self, number: int) -> Response:
        asset = {"type": "url", "value": self.site.url}
        body = {"domain": "security", "severity": "low", "checks": CHECKS, "affected_assets": [asset]}
        response = self.call(
            "POST", "findings", body | {"title": f"During {number}", "external_id": str(number)}
        )
        if response.status in (200, 201):
            self.reported.append(f"During {number}")
        return response

    def verify(self, number: int) -> None:
        asset = {"type": "url", "value": f"{self.site.url}?{number}"}
        body = {"domain": "security", "severity": "low", "checks": CHECKS, "affected_assets": [asset]}
        finding = self.call("POST", "findings", body | {"title": f"Verify {number}"})
        if not finding.data:
            return  # counted as failed
        task = self.call("POST", "tasks", {"finding_id": finding.data["id"], "title": "Verify"})
        if not task.data:
            return
        started = self.call("POST", "verifications/run", {"task_id": task.data["id"]})
        if started.data:
            self.verifications.append(started.data["id"])

    def calls(self, phase: str) -> int:
        return sum(number for (of, _, _), number in self.answers.copy().items() if of == phase)

    def enter(self, phase: str) -> None:
        """Begin a phase, and go on when enough calls were made in it."""
        self.phase = phase
        wait_until(lambda: self.calls(phase) >= CALLS_IN_A_PHASE, seconds=120)

    @property
    def failed(self) -> dict[tuple[str, str, int], int]:
        return {answer: number for answer, number in self.answers.items() if not 200 <= answer[2] < 300}


@pytest.fixture
def upgrade(tmp_path: Path) -> Iterator[tuple[Machines, Any]]:
    """Install the previous version; yield its processes and the next version."""
    previous, following, text = versions(tmp_path)
    print(f"\n{text}")
    with running_machines(tmp_path, previous) as machines:
        yield machines, following


@contextmanager
def running_machines(folder: Path, code: Code) -> Iterator[Machines]:
    """Start two webs, a worker and a beat of a version."""
    with installed_machines(folder, code) as machines:
        for name in ("web-1", "web-2"):
            machines.add_web(name)
        machines.add_worker("worker-1")
        machines.add_beat("beat-1")
        machines.wait_until_ready()
        yield machines


def fill(machines: Machines) -> None:
    for start in range(0, ROWS, BATCH):
        findings = [
            {
                "domain": "seo",
                "title": f"Before {number}",
                "severity": "low",
                "external_id": f"before-{number}",
            }
            for number in range(start, start + BATCH)
        ]
        response = machines.request("POST", "findings/bulk", {"findings": findings})
        assert response.status in (200, 201, 207), response


def replace(machines: Machines, clients: Clients) -> None:
    """Replace one process at a time by the next version."""
    for name in ("web-1", "web-2"):
        machines.stop_gently(name)
        machines.add_web(name, balanced=False)
        machines.wait_until_ready()
        machines.balanced.append(name)
        clients.enter(f"{name} replaced")
    for name, start in (("worker-1", machines.add_worker), ("beat-1", machines.add_beat)):
        machines.stop_gently(name)
        start(name)
        clients.enter(f"{name} replaced")


def test_no_call_fails_during_an_upgrade(upgrade: tuple[Machines, Any], site: FaultySite) -> None:
    machines, following = upgrade
    fill(machines)

    with Clients(machines, site) as clients:
        clients.enter("previous version")
        machines.code, clients.phase = following, "during migrate"
        applied = machines.migrate()
        clients.enter("previous version on the new tables")
        replace(machines, clients)

    print("".join(line for line in applied.splitlines(keepends=True) if "Applying" in line))
    for (phase, action, status), number in sorted(clients.answers.items()):
        print(f"  {phase:<36} {action:<20} {status}  {number}")
    assert clients.failed == {}
    assert "Applying" in applied or following.folder.name != "next"
    wait_until(lambda: all(map(machines.is_checked, clients.verifications)), seconds=180)
    titles = Counter(row["title"] for row in machines.every_row("findings"))
    assert sum(number for title, number in titles.items() if title.startswith("Before")) == ROWS
    assert {title: titles[title] for title in clients.reported} == dict.fromkeys(clients.reported, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE remediation_task RENAME COLUMN title TO name",
        # Longer than KRAFTER_DB_LOCK_SECONDS.
        "LOCK TABLE remediation_task IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(15)",
    ],
    ids=["renamed column", "long lock"],
)
def test_calls_fail_during_an_unsafe_upgrade(tmp_path: Path, site: FaultySite, sql: str) -> None:
    following = code_with_migration(tmp_path, migration_with_sql(sql))
    with running_machines(tmp_path, THIS_CODE) as machines, Clients(machines, site) as clients:
        clients.enter("previous version")
        machines.code, clients.phase = following, "during migrate"
        machines.migrate()
        clients.enter("previous version on the new tables")

    phase = "during migrate" if "LOCK" in sql else "previous version on the new tables"
    failed = {action for of, action, status in clients.failed if of == phase and status >= 500}
    assert failed & {"GET tasks", "POST tasks"}, clients.failed
