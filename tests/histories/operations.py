"""The operations of a history: their random choice, and their calls of the API."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from django.utils import timezone

from assurance import jobs as assurance_jobs
from integrations import jobs as integration_jobs
from notifications import jobs as notification_jobs
from remediation.services import due_date_events, recalculations
from remediation.sla.models import SlaRecalculation
from tests import factories
from tests.factories import Scenario
from tests.histories.model import POLICIES, SETTLED, Answer, Project

# How often each is chosen, and its request. The others are time and jobs.
OPERATIONS = {
    "report_finding": (4, "post findings"),
    "change_finding": (8, "patch findings/{}"),
    "dismiss_finding": (3, "post findings/{}/dismiss"),
    "create_task": (6, "post tasks"),
    "change_task": (14, "patch tasks/{}"),
    "extend": (3, "post tasks/{}/sla/extend"),
    "run_verification": (8, "post verifications/run"),
    "approve": (8, "post verifications/{}/approve"),
    "reopen": (4, "post verifications/{}/reopen"),
    "replace_policy": (2, "put policies/current"),
    "recalculate": (2, ""),
    "bulk_change_tasks": (5, "post tasks/bulk-update"),
    "bulk_change_findings": (4, "post findings/bulk-update"),
    "undo": (8, "post bulk-changes/{}/undo"),
    "pass_time": (10, ""),
}
CREATING = (
    "report_finding", "create_task", "run_verification", "create_campaign", "export", "share", "save_view",
    "connect",
)  # fmt: skip
type Arguments = dict[str, tuple[str, dict[str, Any]]]
SEVERITIES = ["critical", "high", "medium", "low"]
STATUSES = ["backlog", "in_progress", "blocked", "blocked", "ready_verify"]
FINDING_STATUSES = ["new", "triaged", "in_progress", "ready_verify", "dismissed", "dismissed"]
MAX_FINDINGS, MAX_TASKS = 4, 10
ATTEMPTS = 3  # to choose an operation that is possible


class Operation(NamedTuple):
    """Its position in the history, after which a new row is named; its row, if any; the body of its request."""

    number: int
    name: str
    row: str = ""
    body: dict[str, Any] = {}

    def __str__(self) -> str:
        values = " ".join(f"{key}={value}" for key, value in self.body.items())
        return f"{self.number:4} {self.name} {self.row} {values}"

    def is_possible(self, project: Project) -> bool:
        """Return whether the rows that it names exist."""
        if self.name in ("undo", "recalculate"):
            return (project.changed if self.name == "undo" else project.replaced_at) is not None
        named = {*self.body.get("ids", []), self.body.get("finding_id", ""), self.body.get("task_id", "")}
        if self.name not in CREATING:
            named.add(self.row)
        return named <= {"", *project.names()}


def choose(random: Random, project: Project, number: int, area: "Area") -> Operation:
    """Choose an operation that is possible; those that `Project.likely` names are chosen more often."""
    likely = project.likely()
    weights = [weight + likely.get(name, 0) for name, (weight, _) in area.operations.items()]
    for _ in range(ATTEMPTS):
        name = "create_task" if project.findings else "report_finding"
        if project.tasks or name not in area.operations:
            [name] = random.choices([*area.operations], weights)
        chosen = Operation(number, name, *area.arguments(random, project, number).get(name, ("", {})))
        is_too_much = name == "create_task" and len(project.tasks) == MAX_TASKS
        if not is_too_much and chosen.is_possible(project):
            return chosen
    return Operation(number, "pass_time", "", {"hours": 1})


def arguments(random: Random, project: Project, number: int) -> Arguments:
    """Return a row and a body for each operation that has them."""
    choice, severity = random.choice, {"severity": random.choice(SEVERITIES)}
    status, of_finding = {"status": choice(STATUSES)}, {"status": choice(FINDING_STATUSES)}
    due = {"sla_due_at": choice([None, random.randrange(1, 200)])}  # in hours from then
    finding, task, verification = (
        choice([*rows][-8:] or ["none"]) for rows in (project.findings, project.tasks, project.verifications)
    )
    # Most decisions are about verifications that wait for one, and half of the reports about findings that were fixed.
    pending = [name for name, row in project.verifications.items() if row.result == "pending"]
    undecided = choice([verification, *pending[-2:]])
    resolved = [name for name, row in project.findings.items() if row.status == "resolved"]
    title = choice([f"F{random.randrange(MAX_FINDINGS)}", *resolved[:1]])
    some_findings, some_tasks = (
        random.sample([*rows], min(len(rows), 3)) for rows in (project.findings, project.tasks)
    )
    others = choice([{"owner_id": choice([None, "owner"])}, {"priority": choice(SEVERITIES)}])
    new_task = {"finding_id": finding, "title": "Fix", **choice([status, status, {"status": "done"}])}
    of_tasks = choice([status, status, due, due, due | status, others])
    of_findings = choice([of_finding, of_finding, severity, severity | of_finding])
    return {
        "report_finding": (title, {"domain": "seo", "title": title, **severity}),
        "change_finding": (finding, choice([of_findings, of_findings, of_findings, {"status": "resolved"}])),
        "dismiss_finding": (finding, {"reason": "wont_fix"}),
        "create_task": (f"T{number}", new_task | choice([{}, {}, due])),
        "change_task": (task, choice([of_tasks, of_tasks, of_tasks, {"status": "done"}])),
        "extend": (task, {"hours": random.randrange(1, 60), "reason": "more"}),
        "run_verification": (f"V{number}", {"task_id": task}),
        "approve": (undecided, {}),
        "reopen": (verification, {}),
        "replace_policy": ("", {"config": random.randrange(len(POLICIES))}),
        "bulk_change_tasks": ("", {"ids": some_tasks, "values": of_tasks}),
        "bulk_change_findings": ("", {"ids": some_findings, "values": of_findings}),
        "pass_time": ("", {"hours": choice([1, 5, 24, 72])}),
    }


class Api:
    """Performs operations by requests, and returns what the API says then, by the names of the rows."""

    operations: Mapping[str, tuple[int, str]] = OPERATIONS
    configs = POLICIES

    def __init__(self, scenario: Any, clock: Any) -> None:
        self.client, self.clock, self.bulk_change_id = scenario.client, clock, ""
        self.ids = {"owner": str(scenario.owner.pk)}

    def perform(self, operation: Operation) -> Answer:
        if operation.name == "recalculate":
            self.clock.shift(SETTLED)
            recalculations.run(SlaRecalculation.objects.get(finished_at=None).pk)
            return 200
        if operation.name == "pass_time":
            self.clock.shift(timedelta(**operation.body))
            run_jobs()
            return 200
        method, path = self.operations[operation.name][1].split()
        pk = self.ids.get(operation.row, self.bulk_change_id)
        response = self.client.call(method, path.format(pk), self._sent(operation.body))
        content = response.json()
        if content["error"]:
            return str(content["error"]["code"])
        data = content["data"]
        if "refused" in data:
            self.bulk_change_id = data["bulk_change_id"]
            return data["updated"], data["refused"]
        if operation.name in CREATING:
            self.ids.setdefault(operation.row, data["id"])
        return int(response.status_code)

    def _sent(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body with ids, times and a policy instead of names and numbers."""
        sent = {
            key: self.ids[value] if key.endswith("_id") and value else value for key, value in body.items()
        }
        if "values" in sent:
            ids = [self.ids[name] for name in sent["ids"]]
            return {"ids": ids, "set": self._sent(sent["values"]), "mode": "partial"}
        if "config" in sent:
            sent["config"] = self.configs[sent["config"]]
        if sent.get("sla_due_at"):
            sent["sla_due_at"] = (timezone.now() + timedelta(hours=sent["sla_due_at"])).isoformat()
        return sent

    def get(self, path: str) -> Any:
        return self.client.call("get", path).json()["data"]

    def state(self) -> dict[str, Any]:
        """Return what `Project.state` expects."""
        names = {pk: name for name, pk in self.ids.items()} | {None: None}
        opened = [row["finding_id"] for row in self.get("regressions?status=open&limit=100")]
        state: dict[str, Any] = dict(self.counts())
        for row in self.get("findings"):
            regressions = opened.count(row["id"])
            state[names[row["id"]]] = row["status"], row["severity"], names[row["owner_id"]], regressions
        for row in self.get("tasks"):
            owner, due = names[row["owner_id"]], row["sla_due_at"]
            state[names[row["id"]]] = row["status"], row["priority"], owner, due
        return state | {names[row["id"]]: row["result"] for row in self.get("verifications?limit=100")}

    def counts(self, as_of: str = "") -> dict[str, dict[str, int]]:
        found = {kind: self.get(f"{kind}/counts{as_of}")["by_status"] for kind in ("findings", "tasks")}
        return {
            kind: {key: number for key, number in numbers.items() if number}
            for kind, numbers in found.items()
        }

    def view(self, path: str) -> Any:
        """Return what a path says that `Project.views` names."""
        data = self.get(path.format(**self.ids))
        return data["state"], None if data["state"] == "stopped" else data["seconds_left"], data["outcome"]


def run_jobs() -> None:
    due_date_events.log_overdue_tasks()
    due_date_events.log_due_tasks()
    assurance_jobs.process_events()
    integration_jobs.process_events()
    notification_jobs.process_events()


class Area(NamedTuple):
    """The operations of histories of one kind, and their comparisons."""

    project: type[Project] = Project
    api: type[Api] = Api
    arguments: Callable[[Random, Any, int], Arguments] = arguments
    scenario: Callable[[], AbstractContextManager[Scenario]] = lambda: nullcontext(factories.scenario())

    @property
    def operations(self) -> Mapping[str, tuple[int, str]]:
        return self.api.operations
