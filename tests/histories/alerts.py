"""Alerts and outgoing webhooks: which events are in which message, who gets it, each event once and in order."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, ClassVar

from tests.histories import model
from tests.histories.model import Answer
from tests.histories.sla_clock import DISMISSED, DONE, Finding, Rules, Task

MINUTE, WINDOW, MAX_IN_WINDOW = timedelta(minutes=1), timedelta(hours=1), 6
BUSY = 11  # findings at the begin of a history
ADDRESSES = {"A": "a@example.com", "B": "b@example.com", "C": "c@example.com"}
SLA = {
    "sla_hours": {"critical": 30, "high": 60, "medium": 90},
    "sla": {"pause_while_blocked": True, "warnings": ["1d", "4h"]},
}
WARNINGS = (timedelta(days=1), timedelta(hours=4))
ROUTINGS = [
    {"critical": ["slack", "email"], "high": ["email"]},
    {"critical": ["email"], "high": ["email"], "medium": ["email"], "low": ["email"]},
    {"low": ["slack"], "high": ["slack"]},
    {},
]
CONFIGS = [SLA | {"alert_routing": routing} for routing in ROUTINGS]


@dataclass
class Alert:
    channel: str
    due: datetime
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by kind and severity
    delayed: int = 0
    status: str = "collecting"

    def shown(self) -> tuple[str, str, int, dict[str, dict[str, int]], int]:
        counts: dict[str, dict[str, int]] = {}
        for (kind, severity), number in self.counts.items():
            counts.setdefault(kind, {})[severity] = number
        return self.channel, self.status, sum(self.counts.values()), counts, self.delayed


@dataclass
class Project(model.Project):
    configs: ClassVar[list[dict[str, Any]]] = CONFIGS
    rules: Rules = Rules(1, CONFIGS[0])
    routing: dict[str, list[str]] = field(default_factory=lambda: ROUTINGS[0])
    alerts: list[Alert] = field(default_factory=list)
    sent: list[datetime] = field(default_factory=list)  # when e-mails were sent
    recipients: list[str] = field(default_factory=list)  # of the alert destination
    members: dict[str, str] = field(default_factory=lambda: {"owner": "owner"})  # their roles
    unsubscribed: set[str] = field(default_factory=set)
    received: Counter[str] = field(default_factory=Counter)  # e-mails of each person
    logged: Counter[str] = field(default_factory=Counter)  # events by name
    overdue: dict[str, datetime] = field(default_factory=dict)  # the due date of the last event of each task
    warned: dict[str, tuple[datetime, int]] = field(
        default_factory=dict
    )  # and the number of warnings that were near
    until: dict[str, tuple[date, str]] = field(default_factory=dict)  # dismissals, with the status before

    def names(self) -> set[str]:
        return super().names() | {*ADDRESSES} | {*self.members}

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        statuses = {finding_name: finding.status for finding_name, finding in self.findings.items()}
        answer = super().perform(operation, name, body)
        for finding_name, finding in self.findings.items():
            was = statuses.get(finding_name)
            if finding.status != DISMISSED:
                self.until.pop(finding_name, None)
            elif finding_name not in self.until:
                self.until[finding_name] = date.max, was or "new"
            if was is None:
                self._log("finding.created", "new", finding)
            elif was == "resolved" and (operation, name) == ("report_finding", finding_name):
                self._log("finding.regressed", "regression", finding)
        self._run_jobs()
        return answer

    @property
    def is_busy(self) -> bool:
        """Return whether findings follow each other so closely that an alert will be delayed."""
        return self.logged["finding.created"] < BUSY and not any(alert.delayed for alert in self.alerts)

    def likely(self) -> dict[str, int]:
        if not self.is_busy:
            return {"pass_time": 30, "create_task": 10}
        collecting = any((alert.channel, alert.status) == ("email", "collecting") for alert in self.alerts)
        return {"pass_time" if collecting else "report_finding": 150}

    def reopen(self, name: str) -> Answer:
        row = self.verifications[name]
        was, answer = row.result, super().reopen(name)
        if was != "failed":
            self._log("verification.reopened", "regression", row.task.finding)
        return answer

    def dismiss_finding(self, name: str, accepted_until: int | None = None, **other: str) -> Answer:
        was = self.findings[name].status
        answer = super().dismiss_finding(name)
        if answer == 200:
            before = self.until[name][1] if name in self.until else was
            day = date.max if accepted_until is None else self.now.date() + timedelta(days=accepted_until)
            self.until[name] = day, before
        return answer

    def replace_policy(self, name: str, config: int) -> Answer:
        self.routing = ROUTINGS[config]
        return 200

    def set_recipients(self, name: str, recipients: list[str]) -> Answer:
        self.recipients = recipients
        return 200

    def delete_recipients(self, name: str) -> Answer:
        had, self.recipients = self.recipients, []
        return 200 if had else "not_found"

    def add_member(self, name: str, role: str, **other: str) -> Answer:
        is_new = name not in self.members
        self.members.setdefault(name, role)
        return 201 if is_new else 200

    def remove_member(self, name: str) -> Answer:
        if name not in self.members:
            return "not_found"
        del self.members[name]
        for row in [*self.findings.values(), *self.tasks.values()]:
            row.owner_id = None if row.owner_id == name else row.owner_id
        return 200

    def unsubscribe(self, name: str) -> Answer:
        self.unsubscribed.add(name)
        return 200

    def pass_time(self, name: str, **amount: int) -> Answer:
        self.now += timedelta(**amount)
        return 200

    def _run_jobs(self) -> None:
        """Do what the jobs do after each operation."""
        for name, (day, before) in [*self.until.items()]:
            if self.now.date() > day:
                del self.until[name]
                self._set_finding(self.findings[name], {"status": before})
                self._log("finding.dismissal_expired", "dismissal_expired", self.findings[name])
        super().pass_time("", 0)
        for name, task in self.tasks.items():
            if task.status != DONE and task.sla_due_at and task.finding.status != DISMISSED:
                self._log_due_date(name, task, task.sla_due_at)
        for alert in self.alerts:
            if alert.status == "collecting" and alert.due <= self.now:
                self._send(alert)

    def _log_due_date(self, name: str, task: Task, due: datetime) -> None:
        near = sum(due - self.now <= warning for warning in WARNINGS)
        known = self.warned.get(name)
        warned = known[1] if known and known[0] == due else 0
        if due < self.now and self.overdue.get(name) != due:
            self.overdue[name] = due
            self._log("task.overdue", "overdue", task.finding)
        elif due > self.now and near > warned:
            self.warned[name] = due, near
            self._log("task.due_soon", "due_soon", task.finding)

    def _log(self, event: str, kind: str, finding: Finding) -> None:
        self.logged[event] += 1
        for channel in self.routing.get(finding.severity, []):
            collecting = [
                alert for alert in self.alerts if (alert.channel, alert.status) == (channel, "collecting")
            ]
            alert = collecting[0] if collecting else Alert(channel, self.now + MINUTE)
            recent = [at for at in self.sent if at > self.now - WINDOW] if channel == "email" else []
            if not collecting:
                self.alerts.append(alert)
                if len(recent) >= MAX_IN_WINDOW:
                    alert.due = recent[-MAX_IN_WINDOW] + WINDOW
            alert.counts[kind, finding.severity] += 1
            alert.delayed += len(recent) >= MAX_IN_WINDOW

    def _send(self, alert: Alert) -> None:
        """No destination is set for Slack."""
        admins = [name for name, role in self.members.items() if role in ("owner", "admin")]
        people = [*{*(self.recipients or admins)} - self.unsubscribed] if alert.channel == "email" else []
        alert.status = "sent" if people else "failed"
        if people:
            self.sent.append(self.now)
        self.received.update(people)

    def state(self) -> dict[str, Any]:
        return {
            "alerts": sorted((alert.shown() for alert in self.alerts[::-1]), key=itemgetter(0)),
            "e-mails": dict(self.received),
            "events": {name: number for name, number in self.logged.items() if number},
        }

    def views(self, number: int) -> dict[str, Any]:
        return {"webhook": "as the feed"}
