"""Three webs, four workers and two beats with separate disks: one is killed at a time, nothing is lost or doubled."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.machines import Machines, installed_machines
from tests.chaos.system import wait_until
from tests.fakes.faulty_site import GOOD_PAGE, FaultySite

pytestmark = pytest.mark.chaos
CHECKS = ["security_header_csp", "security_header_x_content_type_options"]
SECONDS_DOWN, SECONDS_BETWEEN = 3, 5
PAGES = 6


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with installed_machines(tmp_path) as machines:
        machines.start()
        yield machines


class Load:
    """Clients that send requests until they are stopped, and remember what was accepted."""

    def __init__(self, machines: Machines, site: FaultySite) -> None:
        self.machines, self.site = machines, site
        self.accepted: dict[str, list[str]] = {
            "verifications": [],
            "reports": [],
            "findings": [],
            "scans": [],
        }
        self.unexpected: list[tuple[str, int, str | None]] = []
        self.stopped = threading.Event()
        work: list[tuple[Callable[[int], None], float]] = [
            (self.verify, 0.3),
            (self.export, 1),
            (self.report_finding, 0.1),
            (self.scan, 8),
            (self.read, 0.1),
        ]
        self.threads = [threading.Thread(target=self.repeat, args=arguments) for arguments in work]

    def repeat(self, action: Callable[[int], None], pause: float) -> None:
        number = 0
        while not self.stopped.wait(pause):
            number += 1
            action(number)

    def post(self, path: str, body: Any, kind: str | None = None) -> dict[str, Any]:
        response = self.machines.request("POST", path, body)
        if response.status not in (200, 201, 202):
            self.unexpected.append((path, response.status, response.code))
            return {}
        if kind:
            self.accepted[kind].append(response.data["id"])
        return dict(response.data)

    def verify(self, number: int) -> None:
        title = f"To verify {number}"
        asset = {"type": "url", "value": self.site.url}
        finding = self.post(
            "findings",
            {"domain": "security", "title": title, "severity": "high", "checks": CHECKS}
            | {"affected_assets": [asset]},
        )
        task = self.post("tasks", {"finding_id": finding.get("id"), "title": title})
        self.post("verifications/run", {"task_id": task.get("id")}, "verifications")

    def export(self, number: int) -> None:
        self.post("reports/export", {"format": "csv"}, "reports")

    def report_finding(self, number: int) -> None:
        self.post("findings", {"domain": "seo", "title": f"Reported {number}", "severity": "low"}, "findings")

    def scan(self, number: int) -> None:
        self.post("scans/run", {"url": self.site.url}, "scans")

    def read(self, number: int) -> None:
        response = self.machines.request("GET", "findings?limit=10")
        if response.status != 200:
            self.unexpected.append(("findings", response.status, response.code))

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def prepare(site: FaultySite) -> None:
    """Give the site several pages, each with a fault and without the two that are verified."""
    site.headers["X-Content-Type-Options"] = "nosniff"
    site.headers["X-Powered-By"] = "PHP/5.3"
    links = [f"/page-{number}" for number in range(1, PAGES)]
    site.pages = dict.fromkeys(links, GOOD_PAGE)
    site.body = GOOD_PAGE.replace("Good things.", "".join(f'<a href="{link}">A page</a>' for link in links))


def all_finished(machines: Machines, accepted: dict[str, list[str]]) -> bool:
    waiting = [
        *machines.request("GET", "scans?status=queued&status=running").data,
        *machines.request("GET", "reports?status=queued&status=exporting").data,
    ]
    return not waiting and all(map(machines.is_checked, accepted["verifications"]))


def test_each_process_is_killed_under_load_and_nothing_is_lost_or_doubled(
    machines: Machines, site: FaultySite
):
    prepare(site)
    before = int(machines.request("GET", "/usage").data["spent"])
    with Load(machines, site) as load:
        time.sleep(SECONDS_BETWEEN)
        for name in list(machines.processes):
            machines.kill(name)
            time.sleep(SECONDS_DOWN)
            machines.restart(name)
            time.sleep(SECONDS_BETWEEN)
    accepted = load.accepted
    print({kind: len(ids) for kind, ids in accepted.items()}, load.unexpected)
    wait_until(lambda: all_finished(machines, accepted), seconds=300)

    assert load.unexpected == []
    assert min(len(ids) for ids in accepted.values()) >= 5
    assert_no_request_is_lost_or_doubled(machines, accepted, spent_before=before)
    assert_each_verification_has_one_result_for_each_check(machines, accepted["verifications"])
    assert_each_web_has_every_file(machines, accepted["reports"])
    assert_scans_are_complete(machines, accepted["scans"])


def assert_no_request_is_lost_or_doubled(
    machines: Machines, accepted: dict[str, list[str]], *, spent_before: int
) -> None:
    for kind in ("reports", "scans"):
        assert sorted(row["id"] for row in machines.every_row(kind)) == sorted(accepted[kind])
    reported = [
        row["title"] for row in machines.every_row("findings") if row["title"].startswith("Reported ")
    ]
    assert Counter(reported) == Counter({f"Reported {n + 1}": 1 for n in range(len(accepted["findings"]))})
    verified = [row["title"] for row in machines.every_row("tasks")]
    assert Counter(verified) == Counter(
        {f"To verify {n + 1}": 1 for n in range(len(accepted["verifications"]))}
    )
    spent = int(machines.request("GET", "/usage").data["spent"]) - spent_before
    assert spent == sum(len(accepted[kind]) for kind in ("verifications", "reports", "scans"))


def assert_each_verification_has_one_result_for_each_check(machines: Machines, ids: list[str]) -> None:
    for pk in ids:
        checks = machines.request("GET", f"verifications/{pk}").data["checks"]
        chain = machines.request("GET", f"verifications/{pk}/evidence").data["chain"]
        assert [check["status"] for check in checks] == ["passed", "passed"]
        assert [link["key"] for link in chain] == CHECKS


def assert_each_web_has_every_file(machines: Machines, ids: list[str]) -> None:
    events = Counter(row["subject_id"] for row in machines.every_row("events?type=report.exported"))
    for pk in ids:
        report = machines.request("GET", f"reports/{pk}").data
        assert report["status"] == "exported"
        files = {machines.download(web, f"reports/{pk}/download") for web in machines.ports}
        assert [len(file) > 0 for file in files] == [True]
    assert events == Counter(dict.fromkeys(ids, 1))


def assert_scans_are_complete(machines: Machines, ids: list[str]) -> None:
    for pk in ids:
        scan = machines.request("GET", f"scans/{pk}").data
        progress = scan["summary"]["progress"]["http"]
        assert (scan["status"], progress["pages_done"]) == ("completed", PAGES)
    found = [row["title"] for row in machines.every_row("findings") if "Reported" not in row["title"]]
    assert [title for title, number in Counter(found).items() if number > 1] == []
