from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from accounts.models import Organization, Project
from events.names import event_label
from krafter_audit.db.triggers import AppendOnly
from krafter_audit.displayed_times import in_words


class Event(models.Model):
    """An entry of the audit log."""

    # No foreign key constraints: the log outlives its subjects, and an INSERT locks no other row.
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, null=True, db_constraint=False, related_name="+",
        verbose_name="organisation",
    )  # fmt: skip
    project = models.ForeignKey(
        Project, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", db_index=False
    )
    name = models.CharField(max_length=60)  # subject and past participle: `verification.approved`
    subject_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=20, default="system")
    request_id = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-at", "-id"], name="event_feed"),
            models.Index(fields=["project", "name", "-at", "-id"], name="event_feed_of_type"),
            models.Index(fields=["subject_id", "id"], name="event_subject"),
            models.Index(
                fields=["organization", "-at", "-id"],
                condition=models.Q(project__isnull=True),
                name="event_feed_of_organization",
            ),
        ]
        triggers: ClassVar = [AppendOnly()]

    def __str__(self) -> str:
        return f"{event_label(self.name)}, {in_words(self.at)}"


class OutboxEntry(models.Model):
    """Events of one name and project, logged together, that a consumer has yet to handle."""

    consumer = models.CharField(max_length=20)
    project = models.ForeignKey(
        Project, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=60)
    event_ids = ArrayField(models.BigIntegerField())
    attempts = models.PositiveSmallIntegerField(db_default=0)
    not_before = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "outbox entries"
        indexes: ClassVar = [models.Index(fields=["consumer", "id"], name="outboxentry_by_consumer")]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.name}"


class Counter(models.Model):
    """A change of a counter, inserted by a trigger and aggregated by a job.

    A total is the sum over `(project, name)`.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=20)
    day = models.DateField(null=True)  # on which the open risk changed, or tasks are due
    owner_id = models.UUIDField(null=True)  # of counters with a value for each owner
    facets = models.JSONField(default=dict)
    rows = models.BigIntegerField(default=0)
    score = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["project", "name", "day", "owner_id"],
                include=["rows", "score"],
                name="counter_by_day_and_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.facets} {self.rows:+d}"


class CounterChange(models.Model):
    """A change of a counter with its time: the sum of the changes before a moment is the total then.

    Inserted by a trigger (events/totals/definitions.py).
    """

    project = models.ForeignKey(
        Project, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=20)
    at = models.DateTimeField()
    owner_id = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)  # of tasks that are counted by due date
    facets = models.JSONField(default=dict)
    rows = models.BigIntegerField()
    score = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "at"], name="counterchange_by_time"),
            models.Index(
                fields=["project", "due_at"],
                condition=models.Q(due_at__isnull=False),
                name="counterchange_by_due_date",
            ),
        ]
        triggers: ClassVar = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.name} {self.facets} {self.rows:+d}"


class CounterSnapshot(models.Model):
    """The totals of a project's recorded counters before a moment: a midnight (UTC), or after many changes."""

    project = models.ForeignKey(Project, models.CASCADE, db_index=False, related_name="+")
    at = models.DateTimeField()
    totals = models.JSONField(default=list)  # of `{name, facets, owner_id, due_on, rows, score}`

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "at"], name="unique_counter_snapshot")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.at:%Y-%m-%d %H:%M:%S}"
