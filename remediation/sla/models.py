from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Project, User
from krafter_audit.db.models import BaseModel

# The tasks that are due on a day, by the quarter of the day, as SQL.
DUE_DAY = "(sla_due_at AT TIME ZONE 'UTC')::date"
DUE_QUARTER = "(extract(hour FROM sla_due_at AT TIME ZONE 'UTC')::int / 6)"
IS_DUE = "status <> 'done' AND sla_due_at IS NOT NULL"
MAX_REASON_LENGTH = 2000


class SlaOutcome(models.TextChoices):
    MET = "met"
    MISSED = "missed"


class WithSlaClock(models.Model):
    """The columns of a task's clock."""

    # NULL while the clock is paused. Lists read only this column.
    sla_due_at = models.DateTimeField(null=True, blank=True)
    # The policy has set the due date (or none), so that applying a policy may change it.
    sla_from_policy = models.BooleanField(default=True, db_default=True, editable=False)
    # The version of the policy whose section `sla` the due date follows; NULL: hours since the task was created.
    sla_policy_version = models.PositiveIntegerField(null=True, editable=False)
    # When a person has set the due date: earlier pauses and extensions do not explain it.
    sla_set_at = models.DateTimeField(null=True, editable=False)
    # The shortest time before the due date at which a warning was logged.
    sla_warned_before = models.DurationField(null=True, editable=False)
    # The due date of that warning: the warnings of a new date begin again.
    sla_warned_for = models.DateTimeField(null=True, editable=False)
    # When the task was done, and whether that was in time; empty for one without a due date.
    sla_stopped_at = models.DateTimeField(null=True, editable=False)
    sla_outcome = models.CharField(
        max_length=6, choices=SlaOutcome, blank=True, default="", db_default="", editable=False
    )
    # The due date for which the task was logged as overdue: a new date is logged again.
    overdue_logged_for = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def sla_is_paused(self) -> bool:
        """Whether the clock is paused: then there is no due date. Lists prefetch `sla_pauses`."""
        pauses: Any = self.sla_pauses  # type: ignore[attr-defined]  # of the task
        # Blocking does not pause a date that a person has set: the pause that it interrupted stays open for an undo.
        return any(
            pause.ended_at is None and (self.sla_from_policy or pause.cause == PauseCause.DISMISSED)
            for pause in pauses.all()
        )

    @staticmethod
    def overdue_unlogged() -> Q:
        """Return the condition of open tasks that are not logged as overdue by their due date."""
        unlogged = Q(overdue_logged_for__isnull=True) | ~Q(overdue_logged_for=F("sla_due_at"))
        return Q(~Q(status="done"), Q(sla_due_at__isnull=False), unlogged)


class PauseCause(models.TextChoices):
    BLOCKED = "blocked"
    DISMISSED = "dismissed"


class SlaPause(BaseModel):
    """A time in which the clock of a task is paused, with the counted time that was left.

    The task is blocked, or its finding dismissed. Only a dismissal pauses a clock whose due date has passed.
    """

    task = models.ForeignKey("remediation.Task", models.CASCADE, related_name="sla_pauses", db_index=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    left = models.DurationField()  # negative after the due date
    cause = models.CharField(max_length=9, choices=PauseCause, default=PauseCause.BLOCKED)
    # The due date that had passed, which the task gets back.
    missed_due_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["task", "started_at"], name="slapause_of_task")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(ended_at__isnull=True), name="unique_open_pause_of_task"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="slapause_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=["blocked", "dismissed"]), name="slapause_cause_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class SlaExtension(BaseModel):
    """An extension of a due date by a person."""

    task = models.ForeignKey(
        "remediation.Task", models.CASCADE, related_name="sla_extensions", db_index=False
    )
    extended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.TextField(max_length=MAX_REASON_LENGTH)
    amount = models.DurationField()  # counted time
    # Both are NULL if the clock was paused.
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["task", "created_at"], name="slaextension_of_task")]

    def __str__(self) -> str:
        return self.reason[:80]


class SlaRecalculation(BaseModel):
    """A recalculation of a project's due dates by a new policy, batch by batch, from the newest task on."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="sla_recalculations", db_index=False)
    policy_version = models.PositiveIntegerField()
    # The last task that was recalculated.
    reached_at = models.DateTimeField(null=True)
    reached_id = models.UUIDField(null=True)
    checked = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0, help_text="Due dates that were moved.")
    added = models.PositiveIntegerField(default=0, help_text="Tasks that have got a due date.")
    removed = models.PositiveIntegerField(default=0, help_text="Tasks that have no due date any more.")
    overdue_at_once = models.PositiveIntegerField(default=0, help_text="Tasks that have become overdue.")
    finished_at = models.DateTimeField(null=True)
    superseded = models.BooleanField(default=False, help_text="A newer policy ended it before all were done.")
    # Runs since the last batch that ended with an error.
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="Why it ended before all were done; empty if it did not.",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="slarecalculation_newest")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(finished_at__isnull=True),
                name="unique_unfinished_recalculation",
            )
        ]

    def __str__(self) -> str:
        return f"Policy version {self.policy_version}"
