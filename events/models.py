"""The append-only record of every change, and the running totals that the database keeps from the changes."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from accounts.models import Organization, Project


class Event(models.Model):
    """One thing that happened, written in the transaction that made it happen.

    `name` = subject and past participle (`verification.approved`). A trigger refuses UPDATE and DELETE.
    """

    organization = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, related_name="+")
    project = models.ForeignKey(
        Project, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", db_index=False
    )
    name = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=20, default="system")
    request_id = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-at", "-id"], name="event_feed"),
            models.Index(fields=["subject_id", "id"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.name}"


class Unread(models.Model):
    """What a consumer has yet to read: the events of one name and project that one statement wrote.

    A trigger writes it (`events/triggers.py`), the consumer deletes it when it has read them (`events/consumers.py`).
    """

    consumer = models.CharField(max_length=20)
    project = models.ForeignKey(
        Project, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=60)
    event_ids = ArrayField(models.BigIntegerField())
    attempts = models.PositiveSmallIntegerField(db_default=0)
    not_before = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["consumer", "id"], name="unread_by_consumer")]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.name}"


class Tally(models.Model):
    """A change of a total, added by a trigger in the transaction of the change and folded up later.

    Rows are only ever added by writers, so two writers of one project never wait for each other. A total is the sum
    over `(project, kind)`. `day` is the day on which the open risk score moved, or the day on which tasks are due; `of`
    is whom they are of, where a total is kept for each.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=20)
    day = models.DateField(null=True)
    of = models.UUIDField(null=True)
    facets = models.JSONField(default=dict)
    rows = models.BigIntegerField(default=0)
    score = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["project", "kind", "day", "of"],
                include=["rows", "score"],
                name="tally_by_day_and_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.facets} {self.rows:+d}"
