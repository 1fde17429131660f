"""Done stays done: when the checks of an approved fix run again on a real site, and what follows from their results."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tests.histories import model
from tests.histories.model import Answer
from tests.histories.sla_clock import HOUR, SECOND, Finding, Rules

SLA = {"sla_hours": {"critical": 1000}}
GUARDS: list[dict[str, list[str]]] = [
    {"critical": ["1h", "1d"], "high": ["1d"], "medium": ["2h", "3h"]},
    {"critical": ["2h"], "high": ["1h", "3h", "2d"]},
    {},
]
CONFIGS = [SLA | {"guard": guard} for guard in GUARDS]
UNITS = {"h": HOUR, "d": 24 * HOUR}
REPEATS = (timedelta(minutes=15), timedelta(minutes=30))
BUSY = timedelta(minutes=5)


@dataclass
class Run:
    due: datetime
    status: str = "pending"
    attempts: int = 0


@dataclass
class Window:
    finding: str
    verification: model.Verification
    last_pass: datetime
    runs: list[Run]
    status: str = "open"

    def end(self, status: str) -> None:
        self.status = status
        for run in self.runs:
            run.status = "cancelled" if run.status == "pending" else run.status


@dataclass
class Project(model.Project):
    configs: ClassVar[list[dict[str, Any]]] = CONFIGS
    rules: Rules = Rules(None, CONFIGS[0])
    guard: dict[str, list[str]] = field(default_factory=lambda: GUARDS[0])
    fixed: set[str] = field(default_factory=set)  # findings whose header the site sends
    is_down: bool = False
    results: dict[str, str] = field(default_factory=dict)  # of the check of each verification
    windows: list[Window] = field(default_factory=list)
    deployed: list[datetime] = field(default_factory=list)
    deploys_of: list[int] = field(default_factory=list)  # of each regression by a guard window, oldest first

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        answer = super().perform(operation, name, body)
        for window in self.windows:
            if window.status == "open" and self.findings[window.finding].status != "resolved":
                window.end("cancelled")
        for window in self.windows:
            self._run_due(window)
        return answer

    def likely(self) -> dict[str, int]:
        if self.is_down:
            return {"pass_time": 60}
        guarded = {window.finding for window in self.windows if window.status == "open"}
        if guarded - self.fixed:
            return {"pass_time": 40, "deploy": 30}
        if guarded:
            return {"pass_time": 15, "deploy": 6, "spoil": 15, "go_down": 6}
        return {"fix": 10, "run_verification": 10, "approve": 15}

    def report_finding(self, name: str, severity: str, **other: Any) -> Answer:
        return super().report_finding(name, severity)

    def replace_policy(self, name: str, config: int) -> Answer:
        self.guard = GUARDS[config]
        return 200

    def _check(self, finding: str) -> str:
        return "inconclusive" if self.is_down else "passed" if finding in self.fixed else "failed"

    def _name(self, finding: Finding) -> str:
        return next(name for name, other in self.findings.items() if other is finding)

    def run_verification(self, name: str, task_id: str) -> Answer:
        task = self.tasks[task_id]
        self.verifications[name] = model.Verification(task)
        self.results[name] = self._check(self._name(task.finding))
        return 202

    def _is_superseded(self, row: model.Verification) -> bool:
        of_task = [other for other in self.verifications.values() if other.task is row.task]
        return of_task[-1] is not row

    def approve(self, name: str, **override: Any) -> Answer:
        row, was = self.verifications[name], self.verifications[name].result
        if was == "pending":
            if self._is_superseded(row):
                return "verification_superseded"
            if self.results[name] != "passed" and not override:
                return "checks_not_passed"
        answer = super().approve(name)
        if was == "pending" and answer == 200:
            self._open_window(row, is_guarded=self.results[name] == "passed")
        return answer

    def _open_window(self, row: model.Verification, *, is_guarded: bool) -> None:
        finding = self._name(row.task.finding)
        for window in self.windows:
            if (window.finding, window.status) == (finding, "open"):
                window.end("cancelled")
        offsets = self.guard.get(row.task.finding.severity, []) if is_guarded else []
        if offsets:
            runs = [Run(self.now + int(offset[:-1]) * UNITS[offset[-1]]) for offset in offsets]
            self.windows.append(Window(finding, row, self.now, runs))

    def deploy(self, name: str, **body: str) -> Answer:
        self.deployed.append(self.now)
        self.now += SECOND  # its checks begin later than it has finished
        for window in self.windows:
            if window.status == "open":
                window.runs.append(Run(self.now))
        return 201

    def _run_due(self, window: Window) -> None:
        due = [run for run in window.runs if run.status == "pending" and run.due <= self.now]
        if window.status == "open" and due:
            first, *others = sorted(due, key=lambda run: run.due)
            for run in others:  # a task has one running verification
                run.due = self.now + BUSY
            self._run(window, first)

    def _run(self, window: Window, run: Run) -> None:
        result = self._check(window.finding)
        if result == "inconclusive" and run.attempts < len(REPEATS):
            run.due = self.now + REPEATS[run.attempts]
            run.attempts += 1
            return
        run.status = result
        if result == "failed":
            self._fail(window)
        elif result == "passed":
            window.last_pass = self.now
        if window.status == "open" and all(run.status != "pending" for run in window.runs):
            window.end("passed" if any(run.status == "passed" for run in window.runs) else "cancelled")

    def _fail(self, window: Window) -> None:
        task, finding = window.verification.task, window.verification.task.finding
        window.end("failed")
        task.set_status("in_progress", self.now)
        finding.status, finding.regressions = "in_progress", finding.regressions + 1
        self.deploys_of.append(sum(deployed_at > window.last_pass for deployed_at in self.deployed))

    def spoil(self, name: str) -> Answer:
        self.fixed.discard(name)
        return 200

    def fix(self, name: str) -> Answer:
        self.fixed.add(name)
        self.is_down = False
        return 200

    def go_down(self, name: str) -> Answer:
        self.is_down = True
        return 200

    def pass_time(self, name: str, **amount: int) -> Answer:
        self.now += timedelta(**amount)
        return 200

    def views(self, number: int) -> dict[str, Any]:
        def numbers(window: Window) -> tuple[str, str, int, int]:
            statuses = [run.status for run in window.runs if run.status != "cancelled"]
            return window.finding, window.status, statuses.count("passed"), len(statuses)

        return {
            "guard-windows": [numbers(window) for window in self.windows][::-1],
            "regressions?trigger=guard_failed&include=deploys": self.deploys_of[::-1],
        }
