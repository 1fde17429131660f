"""The progress of campaigns, and the names that tickets show."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.models import Project
from campaigns.models import Campaign, CampaignTask
from remediation.models import Task


@dataclass
class Progress:
    """The tasks of a campaign by status. `next_due_at` is the next due date of a task that is not done."""

    due_date: date | None = None
    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Task.Status.values, 0))
    overdue: int = 0
    next_due_at: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    @property
    def done(self) -> int:
        return self.by_status[Task.Status.DONE]

    @property
    def percent(self) -> int:
        """The share of done tasks, rounded down: 100 only if all are done."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def late(self) -> bool:
        """Whether the due date of the campaign has passed, and tasks are not done."""
        is_over = self.due_date is not None and self.due_date < timezone.now().date()
        return is_over and self.done < self.total


def progress_of(campaigns: Collection[Campaign]) -> dict[UUID, Progress]:
    """Return the progress of each campaign, by one query."""
    found = {campaign.pk: Progress(campaign.due_date) for campaign in campaigns}
    for row in _counts(found):
        progress = found[row["campaign_id"]]
        progress.by_status[row["task__status"]] = row["tasks"]
        if row["task__status"] != Task.Status.DONE:
            progress.overdue += row["overdue"]
            dates = [each for each in (progress.next_due_at, row["next_due_at"]) if each]
            progress.next_due_at = min(dates, default=None)
    return found


def _counts(campaign_ids: Collection[UUID]) -> Any:
    now = timezone.now()
    rows = CampaignTask.objects.filter(campaign__in=campaign_ids).values("campaign_id", "task__status")
    return rows.order_by().annotate(
        tasks=Count("pk"),
        overdue=Count("pk", filter=Q(task__sla_due_at__lt=now)),
        next_due_at=Min("task__sla_due_at", filter=Q(task__sla_due_at__gte=now)),
    )


def active_campaigns(project: Project) -> list[Campaign]:
    """Return the campaigns that are not archived, the next due first; those without a due date last."""
    rows = Campaign.objects.filter(project=project, archived_at=None).select_related("owner")
    return sorted(rows, key=lambda row: (row.due_date is None, row.due_date or date.max, row.created_at))


def campaign_names_of(task: Task) -> tuple[str, ...]:
    """Return the names of the campaigns that a task belongs to, without archived ones."""
    rows = Campaign.objects.filter(memberships__task=task, archived_at=None)
    return tuple(rows.order_by("name").values_list("name", flat=True))
