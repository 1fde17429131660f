from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.template.defaultfilters import pluralize

from accounts.models import Project, User
from krafter_audit.db.models import BaseModel


class BulkChange(BaseModel):
    """One change of many findings or tasks of a project, or the undo of such a change."""

    class Action(models.TextChoices):
        CREATE = "create"
        UPDATE = "update"
        DELETE = "delete"

    project = models.ForeignKey(Project, models.CASCADE, related_name="bulk_changes", db_index=False)
    subject = models.CharField(max_length=20)  # finding or task
    action = models.CharField(max_length=6, choices=Action, default=Action.UPDATE)
    changes = models.JSONField(default=dict, help_text="The values that were set; empty for an undo.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")
    matched = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="bulk_change_newest"),
            models.Index(fields=["created_at"], name="bulk_change_expiry"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(action__in=["create", "update", "delete"]), name="bulk_change_action_valid"
            )
        ]

    def __str__(self) -> str:
        action = self.get_action_display()
        return f"{action} of {self.changed:,} {self.subject}{pluralize(self.changed)}"

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "undone_by")


class BulkChangeRow(models.Model):
    """The effect of a bulk change on one row: values before and after, or why it was rejected."""

    bulk_change = models.ForeignKey(BulkChange, models.CASCADE, related_name="rows")
    subject_id = models.UUIDField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    refusal = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.refusal or self.after}"
