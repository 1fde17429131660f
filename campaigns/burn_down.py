from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from campaigns.models import Campaign, CampaignTask
from krafter_audit.db.sql import fetch_all
from remediation.models import Task

MAX_DAYS = 90
# Only these change whether a task is done. Each names the task's verification as its subject.
DONE_CHANGES = """
    SELECT verification.task_id, event.at, event.name = 'verification.approved'
    FROM campaigns_campaigntask AS membership
    JOIN remediation_verification AS verification ON verification.task_id = membership.task_id
    JOIN events_event AS event ON event.subject_id = verification.id
        AND event.name IN ('verification.approved', 'verification.reopened')
    WHERE membership.campaign_id = %(campaign)s
    ORDER BY event.id
"""
type Changes = dict[UUID, list[tuple[date, bool]]]


def burn_down(campaign: Campaign) -> list[dict[str, Any]]:
    """Return the tasks, and the open ones, at the end of each day (UTC) since the creation, at most the last 90.

    These are the present tasks, each from the day on which it was added; replayed from events.
    """
    days = _days(campaign.created_at)
    total, still_open = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    changes = _done_changes(campaign)
    memberships = CampaignTask.objects.filter(campaign=campaign)
    for task_id, added_at, status in memberships.values_list("task_id", "added_at", "task__status"):
        is_done = status == Task.Status.DONE
        for day in reversed(days):
            if day < added_at.astimezone(UTC).date():
                break
            total[day] += 1
            still_open[day] += not _was_done(changes[task_id], day, is_done=is_done, today=days[-1])
    return [{"date": day, "total": total[day], "open": still_open[day]} for day in days]


def _days(created_at: datetime) -> list[date]:
    today = timezone.now().astimezone(UTC).date()
    number = min((today - created_at.astimezone(UTC).date()).days + 1, MAX_DAYS)
    return [today - timedelta(days=back) for back in reversed(range(number))]


def _done_changes(campaign: Campaign) -> Changes:
    found: Changes = defaultdict(list)
    for task_id, at, is_done in fetch_all(DONE_CHANGES, {"campaign": campaign.pk}, model=Campaign):
        found[task_id].append((at.astimezone(UTC).date(), is_done))
    return found


def _was_done(changes: Sequence[tuple[date, bool]], day: date, *, is_done: bool, today: date) -> bool:
    if day == today:
        return is_done
    # A task begins open. Without a recorded change, it is as it is now.
    before = [done for changed_on, done in changes if changed_on <= day]
    return before[-1] if before else is_done and not changes
