"""Histories of tickets at one of four vendors, some of whose answers are lost, and what is there then."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from django.test import override_settings
from django.utils import timezone

from integrations.models import Integration
from integrations.providers.base import Provider
from integrations.sync import engine
from tests import factories
from tests.factories import Scenario
from tests.fakes.tracker import FakeTracker, serve
from tests.fakes.trackers import DIALECTS
from tests.fakes.vendor_server import Answer as Response
from tests.fakes.vendor_server import Request
from tests.histories import operations
from tests.histories.model import Answer
from tests.histories.operations import SEVERITIES, Area, Arguments, Operation, run_jobs
from tests.histories.sla_clock import SECOND
from tests.histories.tickets import Pair, Project, Ticket

REQUESTS = {name: request for name, (_, request) in operations.OPERATIONS.items()}
OPERATIONS = {
    "report_finding": (2, REQUESTS["report_finding"]),
    "create_task": (3, REQUESTS["create_task"]),
    "change_task": (8, REQUESTS["change_task"]),
    "change_finding": (2, REQUESTS["change_finding"]),
    "dismiss_finding": (2, REQUESTS["dismiss_finding"]),
    "replace_policy": (1, REQUESTS["replace_policy"]),
    "connect": (0, ""),
    "decide": (6, ""),
    "sync": (12, ""),
    "process_events": (4, ""),
    "retitle": (5, ""),
    "move": (8, ""),
    "delete": (1, ""),
    "resolve": (4, ""),
    "settle": (4, ""),
    "pass_time": (3, ""),
}
MAX_SYNCS, MAX_ROUNDS = 8, 3  # until all is synced; until nothing is left to decide
STATUSES = ["backlog", "in_progress", "blocked", "ready_verify"]


def arguments(random: Random, project: Project, number: int) -> Arguments:
    choice = random.choice
    finding, task = (choice([*rows] or ["none"]) for rows in (project.findings, project.tasks))
    provider, of_task, keep = (
        project.provider or "none",
        {"task_id": task},
        {"keep": choice(["ours", "theirs"])},
    )
    title, report = f"F{random.randrange(3)}", {"domain": "seo", "severity": choice(SEVERITIES)}
    changes = choice(
        [{"title": f"Task {number}"}, {"status": choice(STATUSES)}, {"external_ticket_key": None}]
    )
    return {
        "report_finding": (title, {"title": title, **report}),
        "create_task": (f"T{number}", {"finding_id": finding, "title": f"Task {number}"}),
        "change_task": (task, changes),
        "change_finding": (finding, {"status": "triaged"}),
        "dismiss_finding": (finding, {"reason": "wont_fix"}),
        "replace_policy": ("", {"config": random.randrange(3)}),
        "connect": (choice([*DIALECTS]), {}),
        "decide": (task, {"decision": choice(["approve", "approve", "reopen"])}),
        "sync": (provider, {"faults": choice([0, 0, 0.1, 0.3])}),
        "process_events": (provider, {}),
        "retitle": (provider, of_task | {"title": f"Ticket {number}"}),
        "move": (provider, of_task | {"move": choice(["close", "drop", "start", "reopen"])}),
        "delete": (provider, of_task),
        "resolve": (provider, keep),
        "settle": (provider, choice([{}, keep])),
        "pass_time": ("", {"minutes": choice([1, 20, 1500])}),
    }


@dataclass
class TrackerScenario(Scenario):
    stack: ExitStack


@contextmanager
def scenario() -> Iterator[TrackerScenario]:
    no_pause = patch.dict(Provider.__init__.__kwdefaults__ or {}, sleep=lambda seconds: None)
    with ExitStack() as stack, override_settings(KRAFTER_ALLOWED_NETWORKS="127.0.0.0/8"), no_pause:
        yield TrackerScenario(**vars(factories.scenario()), stack=stack)


@dataclass
class Faults:
    """Loses some answers of a vendor, and refuses or fails some requests."""

    perform: Callable[[Request], Response]
    random: Random
    rate: float = 0

    def __call__(self, request: Request) -> Response:
        fault = self.random.choice(["lost", "failed", "refused"]) if self.random.random() < self.rate else ""
        if fault == "refused":
            return 422, {}, {"message": "No."}
        answer = (502, {}, {}) if fault == "failed" else self.perform(request)
        return (502, {}, {}) if fault == "lost" else answer


class Api(operations.Api):
    operations = OPERATIONS
    fake: FakeTracker
    faults: Faults

    def __init__(self, scenario: TrackerScenario, clock: Any) -> None:
        super().__init__(scenario, clock)
        self.stack, self.path = scenario.stack, ""
        self.given: dict[
            Any, tuple[str, str]
        ] = {}  # by a person to a ticket: its title, and the task's title then
        self.deleted: set[str] = set()  # keys of tickets
        self.is_quiet = True

    def perform(self, operation: Operation) -> Answer:
        if self.path:
            self.fake.now = timezone.now()
            self.faults.random = Random(operation.number)
        perform = getattr(self, f"_{operation.name}", None)
        if perform:
            perform(operation.row, **operation.body)
            return 200
        # What is refused depends on what a sync has done.
        return 500 if super().perform(operation) == "internal_error" else 200

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = self.client.call(method, path, body)
        # A conflict that is listed can be resolved either way.
        refused = 400 if path.endswith("/resolve") else 500
        assert response.status_code < refused, f"{path} answers {response.content.decode()}"
        return response.json()["data"]

    # ---- What people do

    def _pass_time(self, name: str, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))

    def _connect(self, provider: str) -> None:
        self.fake = self.stack.enter_context(serve(DIALECTS[provider]()))
        self.stack.enter_context(
            patch.dict(os.environ, {f"KRAFTER_{provider.upper()}_URL": self.fake.api_url})
        )
        self.faults = Faults(self.fake.route, Random())
        self.stack.enter_context(patch.object(self.fake, "route", self.faults))
        self.path = f"integrations/{provider}"
        self.integration = self._call("post", f"{self.path}/connect", {"credentials": self.fake.credentials})[
            "id"
        ]

    def _decide(self, task: str, decision: str) -> None:
        known = self.get(f"verifications?task_id={self.ids[task]}&limit=1")
        if decision == "approve" and not (known and known[0]["result"] == "pending"):
            known = [self._call("post", "verifications/run", {"task_id": self.ids[task]})]
        if known and known[0]:
            self._call("post", f"verifications/{known[0]['id']}/{decision}")

    def _retitle(self, provider: str, task_id: str, title: str) -> None:
        for number in self._numbers(self.ids[task_id]):
            self.given[number] = title, self.get(f"tasks/{self.ids[task_id]}")["title"]
            self.fake.write(number, {self.fake.title_field: title})

    def _move(self, provider: str, task_id: str, move: str) -> None:
        for number in self._numbers(self.ids[task_id]):
            self.fake.write(number, dict(self.fake.moves[move]))

    def _delete(self, provider: str, task_id: str) -> None:
        for number in self._numbers(self.ids[task_id]):
            self.deleted.add(self.get(f"tasks/{self.ids[task_id]}")["external_ticket_key"])
            self.fake.delete(number)
            if number not in self.fake.issues:  # Linear moves it to the trash
                self.given.pop(number, None)

    def _resolve(self, provider: str, keep: str) -> None:
        for conflict in self.get(f"{self.path}/conflicts?limit=1"):
            self._keep(conflict, keep)

    def _keep(self, conflict: dict[str, Any], keep: str) -> None:
        resolved = self._call("post", f"{self.path}/conflicts/{conflict['id']}/resolve", {"keep": keep})
        task = self.get(f"tasks/{resolved['task_id']}")
        for number in self._numbers(task["id"]):
            if conflict["field"] == "title" and number in self.given:
                title, _ = self.given.pop(number)
                if title != conflict["theirs"]:  # given since: still to be decided
                    self.given[number] = title, task["title"]

    # ---- What the jobs do

    def _sync(self, provider: str, faults: float) -> None:
        self._call("post", f"{self.path}/sync")
        self._run(faults)

    def _process_events(self, provider: str) -> None:
        run_jobs()
        self._run()

    def _run(self, faults: float = 0) -> None:
        self.fake.now, self.faults.rate = timezone.now(), faults
        engine.sync(self.integration)
        self.faults.rate = 0

    def _settle(self, provider: str, keep: str = "") -> None:
        """Sync until nothing changes any more; the decision of a conflict may lead to another."""
        for _ in range(MAX_ROUNDS):
            self.is_quiet = any(self._is_quiet_after_sync() for _ in range(MAX_SYNCS))
            conflicts = self.get(f"{self.path}/conflicts?limit=100") if keep else []
            for conflict in conflicts:
                self._keep(conflict, keep)
            if not conflicts:
                return
        self.is_quiet = False

    def _is_quiet_after_sync(self) -> bool:
        run_jobs()
        self.clock.shift(SECOND)
        self._call("post", f"{self.path}/sync")
        while (row := Integration.objects.get(pk=self.integration)).status == Integration.Status.SYNCING:
            self.clock.move_to(max(timezone.now(), row.not_before))
            self._run()
        last = self.get(f"{self.path}/log")[0]
        return row.status == "connected" and not (last["pushed"] or last["pulled"])

    # ---- What is there then

    def _numbers(self, task_id: str) -> list[Any]:
        """Return the tickets of a task: each has its id."""
        return [number for number, issue in self.fake.issues.items() if task_id in str(issue)]

    def state(self) -> dict[str, Any]:
        if not self.path:
            return {"tasks with two tickets": [], "titles that were lost": {}, "complaints": []}
        complaints, self.fake.complaints = self.fake.complaints, []
        titles = {number: self.fake.title_of(self.fake.issues[number]) for number in self.given}
        return {
            "tasks with two tickets": [name for name, pk in self.ids.items() if len(self._numbers(pk)) > 1],
            "titles that were lost": {
                title: titles[number] for number, (title, _) in self.given.items() if titles[number] != title
            },
            "complaints": complaints,
        }

    def view(self, path: str) -> Any:
        findings = {row["id"]: row for row in self.get("findings?limit=100")}
        conflicts = self.get(f"{self.path}/conflicts?limit=100")
        found = [] if self.is_quiet else [f"not quiet: {self.get(f'{self.path}/log')[0]}"]
        for task in self.get("tasks?limit=100"):
            fields = frozenset(row["field"] for row in conflicts if row["task_id"] == task["id"])
            is_deleted = task["external_ticket_key"] in self.deleted
            pair = Pair(task, findings[task["finding_id"]], self._ticket(task["id"]), fields, is_deleted)
            found += pair.contradictions()
        return found

    def _ticket(self, task_id: str) -> Ticket | None:
        for number in self._numbers(task_id):
            issue, (_, given_for) = self.fake.issues[number], self.given.get(number, ("", None))
            return Ticket(self.fake.title_of(issue), self.fake.is_closed(issue), given_for)
        return None


AREA = Area(Project, Api, arguments, scenario)
