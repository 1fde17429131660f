"""What the contract promises of a project: each operation returns the expected answer and changes the rows."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from krafter_audit.http.timestamps import format_timestamp
from tests.histories.sla_clock import DISMISSED, DONE, HOUR, SECOND, Finding, Rules, Task

OPEN = ["new", "triaged", "in_progress", "ready_verify"]
SETTLED = timedelta(seconds=10)  # a recalculation waits for the requests that began before it
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS = {"time_zone": "UTC", "days": dict.fromkeys(DAYS, ["00:00-24:00"])}
POLICIES: list[dict[str, Any]] = [
    {"sla_hours": {"critical": 80, "high": 240, "medium": 400}, "sla": {"pause_while_blocked": True}},
    {"sla_hours": {"critical": 30, "high": 200, "low": 500}, "sla": {"pause_while_blocked": True}},
    {"sla_hours": {"critical": 50, "high": 90, "low": 400}, "sla": {"business_hours": ALWAYS}},
    {"sla_hours": {"critical": 60, "medium": 120, "low": 300}},
]
# An error code, a status, or how many rows were updated and refused.
type Answer = str | int | tuple[int, int]


@dataclass
class Verification:
    task: Task
    result: str = "pending"


@dataclass
class Project:
    """The rows by name. An operation gets the name of its row, and the body of the request."""

    configs: ClassVar[list[dict[str, Any]]] = POLICIES
    now: datetime
    rules: Rules = Rules(1, POLICIES[0])
    policies: int = 1  # versions
    replaced_at: datetime | None = None  # until the due dates are recalculated
    findings: dict[str, Finding] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    verifications: dict[str, Verification] = field(default_factory=dict)
    # Of a bulk change that can be undone: each row, its copy from before, and the values that were set.
    changed: list[tuple[Any, Any, dict[str, Any]]] | None = None

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        """Perform an operation, a second after the one before. Any but time ends what can be undone."""
        self.now += SECOND
        answer: Answer = getattr(self, operation)(name, **body)
        if operation != "pass_time" and not operation.startswith("bulk_change"):
            self.changed = None
        return answer

    def likely(self) -> dict[str, int]:
        """Return how much more often operations are chosen in the present state."""
        return {}

    def report_finding(self, name: str, severity: str, **other: str) -> Answer:
        known = self.findings.get(name)
        if known is None:
            self.findings[name] = Finding(severity)
            return 201
        known.severity = severity
        if known.status == "resolved":
            known.status, known.regressions = "in_progress", known.regressions + 1
        return 200

    def change_finding(self, name: str, **values: Any) -> Answer:
        return self._set_finding(self.findings[name], values) or 200

    def dismiss_finding(self, name: str, **other: str) -> Answer:
        finding = self.findings[name]
        was, error = finding.status, self._set_finding(finding, {"status": DISMISSED})
        if was == DISMISSED:  # dates that a person has set meanwhile are paused too
            self._follow_dismissal(finding)
        return error or 200

    def create_task(self, name: str, finding_id: str, status: str, **other: Any) -> Answer:
        if status == DONE:
            return "done_requires_verification"
        task = Task(self.findings[finding_id], status, self.now, self.rules)
        if "sla_due_at" in other:
            task.rules, task.from_policy = Rules(), False
            task.sla_due_at = self._dated(other)["sla_due_at"]
        else:
            task.begin()
        self.tasks[name] = task
        self._advance(task)
        return 201

    def change_task(self, name: str, **values: Any) -> Answer:
        return self._set_task(self.tasks[name], self._dated(values)) or 200

    def extend(self, name: str, hours: int, **other: str) -> Answer:
        return self.tasks[name].extend(hours * HOUR, self.now) or 200

    def run_verification(self, name: str, task_id: str) -> Answer:
        task = self.tasks[task_id]
        if any(
            verification.task is task and verification.result == "pending"
            for verification in self.verifications.values()
        ):
            return "verification_in_progress"
        self.verifications[name] = Verification(task)
        return 202

    def approve(self, name: str) -> Answer:
        row = self.verifications[name]
        task, finding = row.task, row.task.finding
        if row.result != "pending":
            return 200 if row.result == "passed" else "verification_failed"
        if finding.status == DISMISSED:
            return "finding_dismissed"
        if task.status != DONE:
            task.set_status(DONE, self.now)
            task.outcome = task.sla_due_at and ("met" if self.now <= task.sla_due_at else "missed")
        row.result, finding.status, finding.regressions = "passed", "resolved", 0
        return 200

    def reopen(self, name: str) -> Answer:
        row = self.verifications[name]
        if row.result == "failed":
            return 200
        row.result, finding = "failed", row.task.finding
        row.task.set_status("in_progress", self.now)
        was, finding.status = finding.status, "in_progress"
        finding.regressions += 1
        if was == DISMISSED:
            self._follow_dismissal(finding)
        return 200

    def replace_policy(self, name: str, config: int) -> Answer:
        if self.configs[config] is not self.rules.config:
            has_clock, self.replaced_at = "sla" in self.configs[config], self.now
            self.policies += 1
            self.rules = Rules(self.policies if has_clock else None, self.configs[config])
        return 200

    def recalculate(self, name: str) -> Answer:
        """The job after a new policy: the open tasks follow it, except those of dismissed findings."""
        self.now += SETTLED
        for task in self.tasks.values():
            is_open = task.status != DONE and task.finding.status != DISMISSED
            if is_open and task.from_policy and self.replaced_at and task.created <= self.replaced_at:
                task.follow(self.rules, self.now)
        self.replaced_at = None
        return 200

    def bulk_change_tasks(self, name: str, ids: list[str], values: dict[str, Any]) -> Answer:
        rows = [self.tasks[task_name] for task_name in ids]
        copies = [replace(row, pauses=[*map(replace, row.pauses)]) for row in rows]
        return self._bulk(rows, copies, self._dated(values))

    def bulk_change_findings(self, name: str, ids: list[str], values: dict[str, Any]) -> Answer:
        rows = [self.findings[finding_name] for finding_name in ids]
        return self._bulk(rows, [*map(replace, rows)], values)

    def _bulk(self, rows: list[Any], copies: list[Any], values: dict[str, Any]) -> Answer:
        self.changed, refused = [], 0
        for row, before in zip(rows, copies, strict=True):
            differing = {key: value for key, value in values.items() if getattr(row, key) != value}
            if self._set(row, differing):
                refused += 1
            elif differing:
                self.changed.append((row, before, differing))
        return len(self.changed), refused

    def undo(self, name: str) -> Answer:
        """Undo the last bulk change; since then only time has passed."""
        refused, changed = 0, self.changed or []
        for row, before, values in changed:
            if any(getattr(row, key) != value for key, value in values.items()):
                refused += 1
            elif "sla_due_at" not in values:
                self._set(row, {key: getattr(before, key) for key in values})
            else:  # its clock is as if the date had never been set
                for key in ("sla_due_at", "from_policy", "pauses", "status"):
                    setattr(row, key, getattr(before, key))
                if "status" in values:
                    self._advance(row)
        return len(changed) - refused, refused

    def pass_time(self, name: str, hours: int) -> Answer:
        """Time passes, and the jobs run: a date that passes while the finding is dismissed is paused."""
        self.now += hours * HOUR
        for task in self.tasks.values():
            is_overdue = task.sla_due_at and task.sla_due_at < self.now and task.status != DONE
            if is_overdue and task.finding.status == DISMISSED:
                task.dismiss(self.now)
        return 200

    def _dated(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values with the due date, which a history gives in hours from now."""
        hours = values.get("sla_due_at")
        return values if hours is None else {**values, "sla_due_at": self.now + hours * HOUR}

    def _set(self, row: Finding | Task, values: dict[str, Any]) -> str:
        return self._set_task(row, values) if isinstance(row, Task) else self._set_finding(row, values)

    def _set_finding(self, finding: Finding, values: dict[str, Any]) -> str:
        """Return the error code, or nothing."""
        was, status = finding.status, values.get("status", finding.status)
        if status != was and "resolved" in (was, status):
            return "resolved_requires_verification" if status == "resolved" else "finding_resolved"
        for key, value in values.items():
            setattr(finding, key, value)
        if status != was and DISMISSED in (was, status):
            self._follow_dismissal(finding)
        return ""

    def _follow_dismissal(self, finding: Finding) -> None:
        for task in self.tasks.values():
            if task.finding is finding and task.status != DONE:
                if finding.status == DISMISSED:
                    task.dismiss(self.now)
                else:
                    task.end_dismissal(self.rules, self.now)

    def _set_task(self, task: Task, values: dict[str, Any]) -> str:
        """Return the error code, or nothing."""
        due, was = values.get("sla_due_at", task.sla_due_at), task.status
        status = values.get("status", was)
        if status == DONE and was != DONE:
            return "done_requires_verification"
        if was == DONE and (status != DONE or due != task.sla_due_at):
            return "task_done"
        if due != task.sla_due_at:
            task.set_due_date(due, self.now)
            task.status = status
        task.set_status(status, self.now)
        for key in {"priority", "owner_id"} & values.keys():
            setattr(task, key, values[key])
        if status != was:
            self._advance(task)
        return ""

    def _advance(self, task: Task) -> None:
        """A finding follows its tasks forward, never back and never out of a terminal status."""
        if task.status in OPEN and task.finding.status in OPEN:
            task.finding.status = max(task.status, task.finding.status, key=OPEN.index)

    def names(self) -> set[str]:
        """Return the names of the rows that an operation can be about."""
        return {*self.findings, *self.tasks, *self.verifications}

    def state(self) -> dict[str, Any]:
        """Return what the lists and the counts of the API must contain."""
        kinds = {"findings": self.findings, "tasks": self.tasks}
        state: dict[str, Any] = {
            name: verification.result for name, verification in self.verifications.items()
        }
        for name, finding in self.findings.items():
            state[name] = finding.status, finding.severity, finding.owner_id, finding.regressions
        for name, task in self.tasks.items():
            due = task.sla_due_at and format_timestamp(task.sla_due_at)
            state[name] = task.status, task.priority, task.owner_id, due
        return state | {
            kind: dict(Counter(row.status for row in rows.values())) for kind, rows in kinds.items()
        }

    def views(self, number: int) -> dict[str, Any]:
        """Return what some path, with names for ids, must return after the operation of that number."""
        names = [*self.tasks]
        if not names:
            return {}
        task = names[number % len(names)]
        return {f"tasks/{{{task}}}/sla": self.tasks[task].clock(self.now)}
