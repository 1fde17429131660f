from typing import ClassVar

from django.db import models

from krafter_audit.db.leases import Leased
from krafter_audit.db.models import BaseModel
from krafter_audit.displayed_times import in_words


class Run(BaseModel, Leased):
    """A backup or a drill: started at `created_at`, finished with or without an `error`."""

    finished_at = models.DateTimeField(null=True, editable=False)
    path = models.CharField(max_length=500, help_text="The directory of the backup.")
    error = models.TextField(blank=True)
    report = models.JSONField(default=dict)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-created_at", "-id"]

    @property
    def outcome(self) -> str:
        if self.finished_at is None:
            return "running"
        return "failed" if self.error else "succeeded"

    def __str__(self) -> str:
        return f"{in_words(self.created_at)} ({self.outcome})"


class Backup(Run):
    """A dump of the database with the files; `report` is its manifest."""


class RestoreDrill(Run):
    """A rehearsal; `report` lists what was compared with the backup."""

    class Meta(Run.Meta):
        verbose_name = "restore drill"
