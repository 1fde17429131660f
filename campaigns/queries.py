from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from accounts.models import Project
from campaigns.models import Campaign
from remediation.models import Task


@dataclass
class CampaignProgress:
    """The tasks of a campaign by status."""

    due_date: date | None = None
    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Task.Status.values, 0))
    overdue: int = 0
    next_due_at: datetime | None = None  # of the tasks that are not done

    def add(self, status: str | None, tasks: int, overdue: int, next_due_at: datetime | None) -> None:
        """Add the tasks of a status; None: a campaign without tasks."""
        if status is None:
            return
        self.by_status[status] = tasks
        if status != Task.Status.DONE:
            self.overdue += overdue
            self.next_due_at = min(filter(None, (self.next_due_at, next_due_at)), default=None)

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
    def past_due(self) -> bool:
        """Whether the campaign's due date has passed, and tasks are not done."""
        is_over = self.due_date is not None and self.due_date < timezone.now().date()
        return is_over and self.done < self.total


def progress_of(campaign_ids: Collection[UUID]) -> dict[UUID, CampaignProgress]:
    rows = Campaign.objects.filter(pk__in=campaign_ids)
    return {campaign.pk: progress for campaign, progress in _with_progress(rows)}


def active_with_progress(project: Project) -> list[tuple[Campaign, CampaignProgress]]:
    """Return the active campaigns with their progress, by one query, in the order of `due_date_order`."""
    return sorted(
        _with_progress(Campaign.objects.filter(project=project, archived_at=None)),
        key=lambda found: due_date_order(found[0]),
    )


def active_campaigns(project: Project) -> list[Campaign]:
    """Return the active campaigns in the order of `due_date_order`."""
    return sorted(Campaign.objects.filter(project=project, archived_at=None), key=due_date_order)


def due_date_order(campaign: Campaign) -> tuple[bool, date, datetime]:
    """Order campaigns: the next due first, those without a due date last."""
    return campaign.due_date is None, campaign.due_date or date.max, campaign.created_at


def _with_progress(rows: QuerySet[Campaign]) -> list[tuple[Campaign, CampaignProgress]]:
    # Campaigns and counts by one query: the rows of a campaign, one for each status, repeat its columns.
    columns = [field.attname for field in Campaign._meta.concrete_fields]
    found: dict[UUID, tuple[Campaign, CampaignProgress]] = {}
    for row in _counts(rows.values(*columns, "memberships__task__status")):
        campaign = Campaign(**{name: row[name] for name in columns})
        _, progress = found.setdefault(campaign.pk, (campaign, CampaignProgress(campaign.due_date)))
        progress.add(row["memberships__task__status"], row["tasks"], row["overdue"], row["next_due_at"])
    return list(found.values())


def _counts(rows: Any) -> Any:
    now = timezone.now()
    return rows.order_by().annotate(
        tasks=Count("memberships"),
        overdue=Count("memberships", filter=Q(memberships__task__sla_due_at__lt=now)),
        next_due_at=Min("memberships__task__sla_due_at", filter=Q(memberships__task__sla_due_at__gte=now)),
    )


def campaign_names_of(task: Task) -> tuple[str, ...]:
    rows = Campaign.objects.filter(memberships__task=task, archived_at=None)
    return tuple(rows.order_by("name").values_list("name", flat=True))
