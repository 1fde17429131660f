"""When a project is scanned by the clock."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Project
from krafter_audit.db.models import Record


class ScanSchedule(Record):
    """When a project's site is looked at by itself, as the policy says. `weekday` (0 = Monday) and time are UTC.

    `next_at` is when the next scan is asked for; `note` says why the last one was not.
    """

    class Rhythm(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"

    project = models.OneToOneField(Project, models.CASCADE, related_name="scan_schedule")
    rhythm = models.CharField(max_length=6, choices=Rhythm)
    hour = models.PositiveSmallIntegerField()
    minute = models.PositiveSmallIntegerField()
    weekday = models.PositiveSmallIntegerField(null=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="scanschedule_due")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rhythm="daily", weekday__isnull=True) | Q(rhythm="weekly", weekday__lte=6),
                name="scanschedule_rhythm_known",
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=23, minute__lte=59), name="scanschedule_time_of_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm}, next at {self.next_at:%Y-%m-%d %H:%M} UTC"
