"""The due date of a task by docs/sla-clock.md, as plain data: policies, pauses, dismissals, extensions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

HOUR, SECOND, ZERO = timedelta(hours=1), timedelta(seconds=1), timedelta()
BLOCKED, DISMISSED, DONE = "blocked", "dismissed", "done"


@dataclass(frozen=True)
class Rules:
    """The rules of a version of the policy about due dates; the version is None without a section `sla`."""

    version: int | None = None
    config: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def pause_while_blocked(self) -> bool:
        return bool(self.config.get("sla", {}).get("pause_while_blocked"))

    def allowed(self, severity: str) -> timedelta | None:
        hours = self.config["sla_hours"].get(severity)
        return None if hours is None else hours * HOUR


@dataclass
class Pause:
    cause: str
    start: datetime
    left: timedelta
    missed: datetime | None = None  # the due date that had passed when the pause began
    end: datetime | None = None


@dataclass
class Finding:
    severity: str
    status: str = "new"
    owner_id: str | None = None
    regressions: int = 0


@dataclass
class Task:
    finding: Finding
    status: str
    created: datetime
    rules: Rules
    sla_due_at: datetime | None = None
    from_policy: bool = True
    priority: str = "medium"
    owner_id: str | None = None
    extended: timedelta = ZERO
    outcome: str | None = None
    pauses: list[Pause] = field(default_factory=list)

    @property
    def open_pause(self) -> Pause | None:
        return self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None

    @property
    def pause(self) -> Pause | None:
        """The pause of the clock; that of a blocked task has no effect on a date that a person has set."""
        pause = self.open_pause
        return pause if pause and (self.from_policy or pause.cause == DISMISSED) else None

    def begin_pause(self, cause: str, left: timedelta, now: datetime, missed: datetime | None = None) -> None:
        self.end_pause(now)
        self.pauses.append(Pause(cause, now, left, missed))
        self.sla_due_at = None

    def end_pause(self, now: datetime) -> None:
        if self.open_pause:
            self.open_pause.end = now

    def begin(self) -> None:
        """Date a new task by the policy."""
        allowed, is_blocked = self.rules.allowed(self.finding.severity), self.status == BLOCKED
        if allowed is None:
            return
        if self.finding.status == DISMISSED:
            self.begin_pause(DISMISSED, allowed, self.created)
        elif is_blocked and self.rules.pause_while_blocked:
            self.begin_pause(BLOCKED, allowed, self.created)
        else:
            self.sla_due_at = self.created + allowed

    def set_status(self, status: str, now: datetime) -> None:
        """A task that gets blocked is paused, unless it is overdue; it continues when it is unblocked."""
        was, self.status = self.status, status
        if was == status or self.rules.version is None or self.finding.status == DISMISSED:
            return
        due, pause = self.sla_due_at, self.open_pause
        if status == BLOCKED:
            if self.from_policy and self.rules.pause_while_blocked and due and due > now:
                self.begin_pause(BLOCKED, due - now, now)
        elif was == BLOCKED and pause:
            pause.end = now
            if self.from_policy:
                self.sla_due_at = now + pause.left

    def set_due_date(self, due: datetime | None, now: datetime) -> None:
        """A person sets the due date: the policy does not move it any more."""
        if self.open_pause and self.open_pause.cause == DISMISSED:
            self.end_pause(now)
        self.sla_due_at, self.from_policy = due, False

    def extend(self, amount: timedelta, now: datetime) -> str:
        """Return the error code, or nothing."""
        if self.status == DONE:
            return "task_done"
        if self.sla_due_at is not None:
            if self.sla_due_at + amount <= now:
                return "invalid_params"
            self.sla_due_at += amount
        elif pause := self.pause:
            pause.left += amount
            if pause.missed:
                pause.missed = pause.missed + amount if pause.missed + amount <= pause.start else None
        else:
            return "no_due_date"
        self.extended += amount
        return ""

    def dismiss(self, now: datetime) -> None:
        """The finding is dismissed: the clock is paused, whatever the policy says."""
        due, pause = self.sla_due_at, self.pause
        if due:
            self.begin_pause(DISMISSED, due - now, now, missed=due if due <= now else None)
        elif pause and pause.cause == BLOCKED:
            self.begin_pause(DISMISSED, pause.left, now)

    def end_dismissal(self, rules: Rules, now: datetime) -> None:
        """The time that was left counts from now on; a policy that has changed meanwhile gives a new date."""
        pause = self.open_pause if self.open_pause and self.open_pause.cause == DISMISSED else None
        if pause:
            pause.end = now
        stays_paused = self.status == BLOCKED and self.from_policy and self.rules.pause_while_blocked
        if self.from_policy and self.rules != rules:
            self.follow(rules, now)
        elif pause and stays_paused and pause.missed is None:
            self.begin_pause(BLOCKED, pause.left, now)
        elif pause:
            self.sla_due_at = pause.missed or now + pause.left

    def follow(self, rules: Rules, now: datetime) -> None:
        """Date the task by another policy; its pauses and extensions are kept."""
        self.rules, self.sla_due_at = rules, None
        allowed, reached = rules.allowed(self.finding.severity), self.created
        if allowed is None:
            self.end_pause(now)
            return
        left = allowed + self.extended
        for pause in self.counted_pauses():
            if pause.start - reached >= left:  # it was overdue already
                break
            left -= pause.start - reached
            if pause.end is None:
                pause.left = left
                return
            reached = pause.end
        self.end_pause(now)
        self.sla_due_at = reached + left
        if self.status == BLOCKED and rules.pause_while_blocked and self.sla_due_at > now:
            self.begin_pause(BLOCKED, self.sla_due_at - now, now)

    def counted_pauses(self) -> list[Pause]:
        of_blocked = self.from_policy and self.rules.pause_while_blocked
        return [pause for pause in self.pauses if of_blocked or pause.cause == DISMISSED]

    def clock(self, now: datetime) -> tuple[str, int | None, str | None]:
        """Return the state, the seconds that are left, and the outcome of a task that is done."""
        if self.status == DONE:
            return "stopped", None, self.outcome
        pause = None if self.sla_due_at else self.pause
        due = self.sla_due_at or (pause and pause.missed)
        if due is None:
            return ("paused", pause.left // SECOND, None) if pause else ("none", None, None)
        left = due - now
        for counted in self.counted_pauses():  # a pause does not count as late
            left += max(min(counted.end or now, now) - max(counted.start, due), ZERO)
        return "paused" if pause else "overdue" if now > due else "running", left // SECOND, None
