from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Project
from krafter_audit.api.errors import NotFound
from remediation.models import Task
from remediation.services.due_dates import counted_pauses, rules_of_tasks
from remediation.sla import clock
from remediation.sla.business_hours import ZERO, BusinessHours
from remediation.sla.clock import Clock, DueDate, Extension, Interval, Pause
from remediation.sla.models import PauseCause, SlaExtension, SlaPause, SlaRecalculation
from remediation.sla.policy import SlaRules

MAX_MERGED_INTERVALS = 8  # a week of business hours is one
CAUSE_POLICY = "Counts by the policy."
CAUSE_PERSON = "Counts until the due date that a person has set."
PAUSE_CAUSES = {PauseCause.BLOCKED: clock.BLOCKED_CAUSE, PauseCause.DISMISSED: "The finding is dismissed."}


@dataclass(frozen=True)
class TaskClock:
    """The clock of a task at a moment. Times are whole seconds, so that the intervals sum exactly."""

    task: Task
    clock: Clock
    as_of: datetime
    rules: SlaRules
    extensions: Sequence[SlaExtension]

    @property
    def state(self) -> str:
        """Return running, paused, overdue, stopped, or none without a due date."""
        if self.task.status == Task.Status.DONE:
            return "stopped"
        if self.clock.due == DueDate():
            return "none"
        if self.clock.due.due_at is None or self.clock.is_paused:
            return "paused"
        return "overdue" if self.as_of > self.clock.due.due_at else "running"

    @property
    def outcome(self) -> str | None:
        return self.task.sla_outcome or None

    @property
    def intervals(self) -> list[Interval]:
        return clock.intervals(self.clock, self.as_of)

    @property
    def merged_intervals(self) -> list[Interval]:
        """Return the intervals, of which days are merged if there are many."""
        return clock.intervals(self.clock, self.as_of, max_intervals=MAX_MERGED_INTERVALS)

    @property
    def time_left(self) -> timedelta | None:
        return clock.time_left(self.clock, self.as_of)

    @property
    def overdue_time(self) -> timedelta:
        """Return the counted time since the due date; none before it."""
        return max(-(self.time_left or ZERO), ZERO)

    @property
    def allowed_time(self) -> timedelta | None:
        return clock.allowed_time(self.clock, self.as_of)

    @property
    def time_zone(self) -> str:
        calendar = self.rules.calendar
        return calendar.time_zone.key if isinstance(calendar, BusinessHours) else "UTC"


def clock_of(task: Task) -> TaskClock:
    by_policy, rules = task.sla_from_policy, rules_of_tasks([task])[task.pk]
    since = None if by_policy else task.sla_set_at
    pauses = counted_pauses(task.sla_pauses.order_by("started_at"), rules)
    rows = task.sla_extensions.select_related("extended_by").order_by("created_at", "id")
    # A due date that a person sets replaces the extensions before it.
    extensions = [row for row in rows if since is None or row.created_at >= since]
    found = Clock(
        started_at=_without_microseconds(task.created_at),
        due=_due(task, pauses),
        calendar=rules.calendar,
        pauses=[_pause(pause) for pause in pauses],
        extensions=[_extension(row) for row in extensions],
        stopped_at=_without_microseconds_or_none(task.sla_stopped_at),
        cause=CAUSE_POLICY if by_policy else CAUSE_PERSON,
    )
    return TaskClock(task, found, found.moment(_without_microseconds(timezone.now())), rules, extensions)


def _due(task: Task, pauses: Sequence[SlaPause]) -> DueDate:
    if task.sla_due_at is not None:
        return DueDate(due_at=_without_microseconds(task.sla_due_at))
    pause = next((pause for pause in pauses if pause.ended_at is None), None)
    if pause is None:
        return DueDate()
    if pause.missed_due_at:
        return DueDate(due_at=_without_microseconds(pause.missed_due_at))
    return DueDate(left=timedelta(seconds=int(pause.left.total_seconds())))


def _pause(row: SlaPause) -> Pause:
    return Pause(
        _without_microseconds(row.started_at),
        _without_microseconds_or_none(row.ended_at),
        PAUSE_CAUSES[PauseCause(row.cause)],
    )


def _extension(row: SlaExtension) -> Extension:
    author = f" by {row.extended_by}" if row.extended_by else ""
    return Extension(timedelta(seconds=round(row.amount.total_seconds())), f"Extended{author}: {row.reason}")


def _without_microseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _without_microseconds_or_none(moment: datetime | None) -> datetime | None:
    return None if moment is None else _without_microseconds(moment)


def latest_recalculation(project: Project) -> SlaRecalculation:
    """Return the newest recalculation. Raises NotFound."""
    row = SlaRecalculation.objects.filter(project=project).order_by("-created_at", "-id").first()
    if row is None:
        raise NotFound
    return row
