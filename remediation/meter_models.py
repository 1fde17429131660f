"""How far each check can be believed in a project: measured now and then, read at once."""

from typing import ClassVar

from django.db import models

from accounts.models import Project


class CheckMeter(models.Model):
    """How reliable one check was in one project over the last 90 days (see remediation/checks/reliability.py)."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    looks = models.PositiveIntegerField(
        default=0, help_text="Looks at a page that ended as passed or failed."
    )
    compared = models.PositiveIntegerField(
        default=0, help_text="Looks at what had not changed since the one before."
    )
    flips = models.PositiveIntegerField(default=0, help_text="Those of them that said the opposite.")
    fixes = models.PositiveIntegerField(default=0, help_text="Approved verifications that it passed.")
    back_in_7_days = models.PositiveIntegerField(default=0)
    back_in_30_days = models.PositiveIntegerField(default=0)
    median_seconds = models.FloatField(
        null=True, help_text="From the finding, or its return, to the verified fix."
    )
    measured_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="one_meter_a_check"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def flip_rate(self) -> float | None:
        """The share of comparable looks that flipped; None where there was nothing to compare."""
        return round(self.flips / self.compared, 4) if self.compared else None

    @property
    def median_hours(self) -> float | None:
        """The median time to a verified fix in hours."""
        return None if self.median_seconds is None else round(self.median_seconds / 3600, 1)
