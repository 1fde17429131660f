"""What survives while a project is archived and months pass: regressions, comments, policies and counts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from accounts import jobs as account_jobs
from bulk_changes import jobs as bulk_change_jobs
from events import jobs as event_jobs
from findings import jobs as finding_jobs
from integrations import jobs as integration_jobs
from krafter_audit.http.timestamps import format_timestamp
from notifications import jobs as notification_jobs
from remediation import jobs as remediation_jobs
from reports import jobs as report_jobs
from scans import jobs as scan_jobs
from tests.factories import Scenario
from tests.histories import model, operations
from tests.histories.model import POLICIES, Answer
from tests.histories.operations import Area, Arguments, Operation, run_jobs
from tests.histories.sla_clock import SECOND, Finding

UNDOABLE = timedelta(days=30)
ALLOWED = ("archive", "restore", "recalculate", "pass_time", "pass_days")  # of an archived project
OPERATIONS = {**operations.OPERATIONS, "reopen": (8, operations.OPERATIONS["reopen"][1])} | {
    "archive": (2, "patch {}"),
    "restore": (4, "patch {}"),
    "comment": (4, "post tasks/{}/comments"),
    "pass_days": (8, ""),
}


@dataclass
class Regression:
    trigger: str
    opened: datetime
    closed: datetime | None = None

    def __str__(self) -> str:
        closed = self.closed and format_timestamp(self.closed)
        return f"{self.trigger} {format_timestamp(self.opened)} {closed}"


@dataclass
class Project(model.Project):
    archived: datetime | None = None
    changed_at: datetime | None = None  # the last bulk change
    regressions: dict[str, list[Regression]] = field(default_factory=dict)  # of each finding, oldest first
    comments: dict[str, list[str]] = field(default_factory=dict)  # of each task, oldest first
    versions: list[int | None] = field(default_factory=lambda: [None, 0])  # of the policy, first the default

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        if self.archived and operation not in ALLOWED:
            self.now += SECOND
            return "project_archived"
        changed = self.changed
        answer = super().perform(operation, name, body)
        if operation.startswith("bulk_change"):
            self.changed_at = self.now
        elif operation == "pass_days":
            self.changed = changed
        trigger = "verification_reopened" if operation == "reopen" else "scan_detected"
        for finding_name, finding in self.findings.items():
            self._follow_regressions(finding_name, finding, trigger)
        return answer

    def likely(self) -> dict[str, int]:
        if self.archived:
            return {"restore": 20}
        if self.changed:
            return {"pass_days": 60, "undo": 60}
        pending = any(verification.result == "pending" for verification in self.verifications.values())
        resolved = any(finding.status == "resolved" for finding in self.findings.values())
        return {"approve": 20 * pending, "report_finding": 15 * resolved}

    def _follow_regressions(self, name: str, finding: Finding, trigger: str) -> None:
        known = self.regressions.setdefault(name, [])
        opened = [regression for regression in known if regression.closed is None]
        for regression in opened if not finding.regressions else []:
            regression.closed = self.now
        known += [Regression(trigger, self.now) for _ in range(finding.regressions - len(opened))]

    def undo(self, name: str) -> Answer:
        is_deleted = self.changed_at is None or self.now - self.changed_at > UNDOABLE
        return "not_found" if is_deleted else super().undo(name)

    def replace_policy(self, name: str, config: int) -> Answer:
        if config != self.versions[-1]:
            self.versions.append(config)
        return super().replace_policy(name, config)

    def archive(self, name: str, **body: bool) -> Answer:
        self.archived = self.archived or self.now
        return 200

    def restore(self, name: str, **body: bool) -> Answer:
        self.archived = None
        return 200

    def comment(self, name: str, body: str) -> Answer:
        self.comments.setdefault(name, []).append(body)
        return 201

    def pass_time(self, name: str, hours: int) -> Answer:
        if self.archived:  # no due date is paused by the jobs
            self.now += timedelta(hours=hours)
            return 200
        return super().pass_time(name, hours)

    def pass_days(self, name: str, days: int) -> Answer:
        return self.pass_time(name, hours=24 * days)

    def views(self, number: int) -> dict[str, Any]:
        random = Random(number)
        finding, task = (random.choice([*rows] or [""]) for rows in (self.findings, self.tasks))
        views: list[dict[str, Any]] = [
            {"project": self.archived and format_timestamp(self.archived)},
            {"policies": self.versions[::-1]},
            super().views(number),
        ]
        if finding:
            views.append(
                {f"findings/{{{finding}}}/regressions": [*map(str, self.regressions[finding])][::-1]}
            )
        if task:
            views.append({f"tasks/{{{task}}}/comments": self.comments.get(task, [])[::-1]})
        return random.choice(views)


def arguments(random: Random, project: Project, number: int) -> Arguments:
    task = random.choice([*project.tasks] or ["none"])
    return operations.arguments(random, project, number) | {
        "archive": ("", {"archived": True}),
        "restore": ("", {"archived": False}),
        "comment": (task, {"body": f"Comment {number}"}),
        "pass_days": ("", {"days": random.choice([3, 29, 31, 100, 400])}),
    }


class Api(operations.Api):
    operations = OPERATIONS

    def __init__(self, scenario: Scenario, clock: Any) -> None:
        super().__init__(scenario, clock)
        self.project = f"/api/v1/orgs/{scenario.organization.pk}/projects/{scenario.project.slug}"

    def perform(self, operation: Operation) -> Answer:
        if operation.name == "pass_days":
            self.clock.shift(timedelta(**operation.body))
            run_jobs()
            delete_old_rows()
            return 200
        if operation.name in ("archive", "restore"):
            return int(self.client.call("patch", self.project, operation.body).status_code)
        return super().perform(operation)

    def view(self, path: str) -> Any:
        kind = path.rpartition("/")[2]
        if kind == "sla":
            return super().view(path)
        data = self.get(self.project if kind == "project" else path.format(**self.ids))
        if kind == "project":
            return data["archived_at"]
        if kind == "policies":
            return [POLICIES.index(row["config"]) if row["config"] in POLICIES else None for row in data]
        if kind == "comments":
            return [row["body"] for row in data]
        return [f"{row['trigger']} {row['opened_at']} {row['closed_at']}" for row in data]


def delete_old_rows() -> None:
    event_jobs.aggregate_counters()
    event_jobs.delete_expired_responses()
    account_jobs.delete_expired_sessions()
    bulk_change_jobs.delete_old()
    scan_jobs.delete_expired_results()
    integration_jobs.delete_old_deliveries()
    notification_jobs.delete_old_deliveries()
    remediation_jobs.delete_unused_screenshots()
    report_jobs.delete_expired_items()
    finding_jobs.reopen_expired_dismissals()


AREA = Area(Project, Api, arguments)
