from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Project, User
from krafter_audit.db.deletion import set_null_and_updated_at
from krafter_audit.db.models import BaseModel
from remediation.models import Task

MAX_NAME_LENGTH = 100
MAX_CAMPAIGNS = 200  # of a project, without archived ones
MAX_TASKS = 5_000  # of a campaign: its progress is counted whenever it is read


class Campaign(BaseModel):
    """A batch of tasks of a project. A task may belong to several campaigns."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="campaigns", db_index=False)
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    due_date = models.DateField(null=True, blank=True, help_text="The last day, in UTC.")
    owner = models.ForeignKey(
        User, set_null_and_updated_at, null=True, blank=True, related_name="+", db_index=False
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="campaign_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="campaign_updated"),
            models.Index(fields=["project", "due_date", "id"], name="campaign_by_due_date"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=Q(archived_at__isnull=True), name="unique_campaign_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CampaignTask(models.Model):
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="memberships", db_index=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="campaign_tasks")
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "task"], name="unique_task_of_campaign")
        ]

    def __str__(self) -> str:
        return f"{self.task_id} in {self.campaign_id}"
