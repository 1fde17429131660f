from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from campaigns.errors import CampaignArchived, CampaignNameTaken
from campaigns.models import MAX_CAMPAIGNS, MAX_TASKS, Campaign, CampaignTask
from events.log import log_event, log_events
from krafter_audit.api.errors import InvalidParams, NotFound
from krafter_audit.api.etags import require_match
from krafter_audit.api.lookup import get_or_404
from krafter_audit.db.advisory_locks import advisory_lock
from remediation.models import Task

BATCH_SIZE = 500


@dataclass(frozen=True)
class TaskSelection:
    """The selected tasks to add to a campaign or remove, and how many were selected."""

    campaign: Campaign | None
    matched: int
    changed: Sequence[UUID]


def preview_tasks(
    task_ids: Collection[UUID], *, campaign: Campaign | None, is_removal: bool
) -> TaskSelection:
    """Return which tasks `add_tasks` or `remove_tasks` would change now; write nothing."""
    memberships = CampaignTask.objects.filter(campaign=campaign, task__in=task_ids) if campaign else None
    present = set(memberships.values_list("task_id", flat=True)) if memberships is not None else set()
    changed = sorted(pk for pk in set(task_ids) if (pk in present) == is_removal)
    if not is_removal:
        _require_within_limit(campaign, changed)
    return TaskSelection(campaign, len(set(task_ids)), changed)


@transaction.atomic
def create(
    project: Project, *, name: str, task_ids: Collection[UUID] = (), by: Actor, **fields: Any
) -> Campaign:
    """Create a campaign of these tasks of the project. Raises CampaignNameTaken."""
    _reserve_name(project, name)
    campaign = Campaign.objects.create(project=project, name=name, **fields)
    log_event("campaign.created", campaign, by=by, title=name, tasks=len(set(task_ids)))
    _add(campaign, task_ids, by)
    return campaign


@transaction.atomic
def update(
    campaign_id: UUID,
    *,
    changes: Mapping[str, Any],
    by: Actor,
    project: Project | None = None,
    if_match: str | None = None,
) -> Campaign:
    """Change `name`, `due_date` or `owner_id`. Raises NotFound, CampaignArchived or CampaignNameTaken."""
    campaign = _lock(campaign_id, project)
    require_match(if_match, campaign)
    _require_active(campaign)
    changed = {name: value for name, value in changes.items() if getattr(campaign, name) != value}
    if not changed:
        return campaign
    if "name" in changed:
        _reserve_name(campaign.project, changed["name"], campaign)
    was = {name: getattr(campaign, name) for name in changed}
    _save(campaign, **changed)
    log_event("campaign.updated", campaign, by=by, before=was, after=changed)
    return campaign


@transaction.atomic
def add_tasks(
    campaign_id: UUID, *, task_ids: Collection[UUID], by: Actor, project: Project | None = None
) -> TaskSelection:
    """Add tasks of the campaign's project; present ones stay."""
    campaign = _lock(campaign_id, project)
    _require_active(campaign)
    return _add(campaign, task_ids, by)


@transaction.atomic
def remove_tasks(
    campaign_id: UUID, *, task_ids: Collection[UUID], by: Actor, project: Project | None = None
) -> TaskSelection:
    """Remove tasks from a campaign; others are ignored."""
    campaign = _lock(campaign_id, project)
    _require_active(campaign)
    selected = preview_tasks(task_ids, campaign=campaign, is_removal=True)
    CampaignTask.objects.filter(campaign=campaign, task__in=selected.changed).delete()
    _log("task.removed_from_campaign", selected, by)
    return selected


@transaction.atomic
def archive(campaign_id: UUID, *, by: Actor, project: Project | None = None) -> Campaign:
    """Archive a campaign: its tasks stay, and its name may be used again. Idempotent."""
    campaign = _lock(campaign_id, project)
    if campaign.archived_at is None:
        _save(campaign, archived_at=timezone.now())
        log_event("campaign.archived", campaign, by=by, title=campaign.name)
    return campaign


@transaction.atomic
def restore(campaign_id: UUID, *, by: Actor, project: Project | None = None) -> Campaign:
    """Make an archived campaign active. Raises CampaignNameTaken."""
    campaign = _lock(campaign_id, project)
    if campaign.archived_at is not None:
        _reserve_name(campaign.project, campaign.name, campaign)
        _save(campaign, archived_at=None)
        log_event("campaign.restored", campaign, by=by, title=campaign.name)
    return campaign


def _lock(campaign_id: UUID, project: Project | None) -> Campaign:
    rows = Campaign.objects.select_related("project").select_for_update(of=("self",))
    rows = rows if project is None else rows.filter(project=project)
    return get_or_404(rows, pk=campaign_id)


def _require_active(campaign: Campaign) -> None:
    if campaign.archived_at is not None:
        raise CampaignArchived


def _reserve_name(project: Project, name: str, campaign: Campaign | None = None) -> None:
    # One at a time, so that neither the name nor the limit is exceeded by two requests at once.
    advisory_lock(f"campaigns:{project.pk}")
    others = Campaign.objects.filter(project=project, archived_at=None)
    others = others.exclude(pk=campaign.pk) if campaign else others
    if others.filter(name=name).exists():
        raise CampaignNameTaken
    if others.count() >= MAX_CAMPAIGNS:
        message = f"A project has at most {MAX_CAMPAIGNS} campaigns that are not archived."
        raise InvalidParams(message)


def _save(campaign: Campaign, **values: Any) -> None:
    for name, value in values.items():
        setattr(campaign, name, value)
    campaign.save(update_fields=[*values, "updated_at"])


def _add(campaign: Campaign, task_ids: Collection[UUID], by: Actor) -> TaskSelection:
    selected = preview_tasks(task_ids, campaign=campaign, is_removal=False)
    tasks = Task.objects.filter(project=campaign.project, pk__in=selected.changed)
    if tasks.count() < len(selected.changed):
        raise NotFound("Some of these tasks are not in this project.")
    rows = (CampaignTask(campaign=campaign, task_id=pk) for pk in selected.changed)
    for batch in batched(rows, BATCH_SIZE):
        CampaignTask.objects.bulk_create(batch)
    _log("task.added_to_campaign", selected, by)
    return selected


def _require_within_limit(campaign: Campaign | None, added: Collection[UUID]) -> None:
    present = CampaignTask.objects.filter(campaign=campaign).count() if campaign else 0
    if present + len(added) > MAX_TASKS:
        raise InvalidParams(
            f"A campaign has at most {MAX_TASKS:,} tasks. Narrow the filter.",
            details={"tasks": present, "selected": len(added), "limit": MAX_TASKS},
        )


def _log(name: str, selected: TaskSelection, by: Actor) -> None:
    campaign = selected.campaign
    if campaign is None or not selected.changed:
        return
    # The number of tasks is part of the campaign.
    campaign.save(update_fields=["updated_at"])
    data = {"campaign_id": campaign.pk, "title": campaign.name}
    log_events(name, campaign.project, ((pk, data) for pk in selected.changed), by=by)
