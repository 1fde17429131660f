"""Conflicts between a task and its ticket: opened and closed by a sync, resolved by a person."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from findings.models import FindingStatus
from findings.services import triage
from integrations import services
from integrations.models import SyncConflict, TicketLink
from integrations.providers.types import Ticket, TicketState
from integrations.queries import get_conflict
from integrations.sync.context import SyncContext
from remediation.locks import LockedTask, lock_task
from remediation.models import Result, Task, Verification
from remediation.services import tasks, verdicts

Field, Resolution = SyncConflict.Field, SyncConflict.Resolution
# A ticket that is closed and reopened three times in a day is possible; more than that is an automation at the
# provider that answers each of our changes with another.
MAX_STATE_CHANGES = 6
WINDOW = timedelta(days=1)  # in which state changes are counted
LOOP_DETECTED = (
    f"The state was synced {MAX_STATE_CHANGES} times within a day, back and forth: something answers every change "
    "with another. It is no longer synced until you decide which side to keep."
)


def open_conflict(context: SyncContext, link: TicketLink, field: str, theirs: str, reason: str) -> None:
    context.log_refusal(link.key, reason)
    ours = link.task.title if field == Field.TITLE else link.task.status
    values = {"ours": ours[:300], "theirs": theirs[:300], "reason": reason[:1000]}
    if not _open(link, field).update(**values, updated_at=timezone.now()):
        SyncConflict.objects.create(integration=link.integration, link=link, field=field, **values)


def close_conflict(link: TicketLink, field: str) -> None:
    """Close a conflict after both sides agree again."""
    _close(_open(link, field))


def close_conflicts(link_ids: Collection[UUID]) -> None:
    """Close the conflicts of links whose tickets are replaced."""
    _close(SyncConflict.objects.filter(link__in=link_ids, resolved_at__isnull=True))


def _close(conflicts: QuerySet[SyncConflict]) -> None:
    now = timezone.now()
    conflicts.update(resolution=Resolution.SETTLED, resolved_at=now, updated_at=now)


def _open(link: TicketLink, field: str) -> QuerySet[SyncConflict]:
    return SyncConflict.objects.filter(link=link, field=field, resolved_at__isnull=True)


def count_state_change(context: SyncContext, link: TicketLink, ticket: Ticket) -> bool:
    """Count a change of state by the sync; False if there were too many, which opens a conflict."""
    was_halted = link.halted_at is not None
    if count_or_halt(link, timezone.now()):
        return True
    if not was_halted:
        open_conflict(context, link, Field.LOOP, ticket.state.value, LOOP_DETECTED)
    return False


def count_or_halt(link: TicketLink, now: datetime) -> bool:
    """Count a state change of a link; halt the link and return False after too many within a day."""
    if link.halted_at:
        return False
    recent = [moment for moment in link.state_changes if now - datetime.fromisoformat(moment) < WINDOW]
    if len(recent) >= MAX_STATE_CHANGES:
        link.state_changes, link.halted_at = recent, now
        return False
    link.state_changes = [*recent, now.isoformat()]
    return True


def resume(link: TicketLink) -> None:
    """Sync the state of a halted link again."""
    link.state_changes, link.halted_at = [], None


@transaction.atomic
def resolve(
    project: Project, provider: str, conflict_id: UUID, *, resolution: str, by: Actor
) -> SyncConflict:
    """Keep one side: `theirs` changes the task now, `ours` is pushed by the sync that this requests.

    A resolved conflict stays as it is.
    """
    # Finding and task are locked before conflict and link, as by a sync: otherwise the two could deadlock.
    locked = lock_task(get_conflict(project, provider, conflict_id).link.task_id)
    conflict = get_conflict(project, provider, conflict_id, lock=True)
    if conflict.resolved_at:
        return conflict
    link = conflict.link
    link.task = locked.task
    if conflict.field == Field.TITLE:
        _resolve_title(locked, link, conflict.theirs, resolution, by)
    else:
        _resolve_state(locked, link, resolution, by)
    resume(link)
    link.task_synced_at = None
    link.save()
    conflict.resolution, conflict.resolved_at, conflict.resolved_by_id = (
        resolution,
        timezone.now(),
        by.user_id,
    )
    conflict.save()
    details = {"field": conflict.field, "resolution": resolution, "task_id": link.task_id}
    log_event("integration.conflict_resolved", conflict.integration, by=by, **details)
    services.request_sync(conflict.integration)
    return conflict


def _resolve_title(locked: LockedTask, link: TicketLink, theirs: str, resolution: str, by: Actor) -> None:
    if resolution == Resolution.THEIRS:
        tasks.update_locked(locked, changes={"title": theirs}, by=by)
    # If ours is kept, the task's title now differs from the last agreed one and is pushed as a change of ours.
    link.last_synced["task"]["title"] = link.last_synced["ticket"]["title"] = theirs


def _resolve_state(locked: LockedTask, link: TicketLink, resolution: str, by: Actor) -> None:
    # Compared with an empty status, every status of the task counts as changed and is pushed.
    status = ""
    if resolution == Resolution.THEIRS:
        _apply_ticket_state(locked, TicketState(link.last_synced["ticket"]["state"]), by)
        # The finding as it was locked: one that was dismissed has another status now, which is pushed.
        if locked.finding.status != FindingStatus.DISMISSED:
            status = Task.objects.values_list("status", flat=True).get(pk=link.task_id)
    link.last_synced["task"]["status"] = status


def _apply_ticket_state(locked: LockedTask, state: TicketState, by: Actor) -> None:
    if state == TicketState.DROPPED:
        # The verification of another task may have resolved the finding meanwhile: there is nothing left to dismiss.
        if locked.finding.status != FindingStatus.RESOLVED:
            _set_finding_status(locked, FindingStatus.DISMISSED, by)
        return
    if locked.finding.status == FindingStatus.DISMISSED and not state.is_closed:
        _set_finding_status(locked, FindingStatus.TRIAGED, by)
    if locked.task.status == Task.Status.DONE and state != TicketState.CLOSED:
        _reopen(locked.task, by)
    else:
        follow = {
            TicketState.CLOSED: tasks.CLOSED,
            TicketState.STARTED: tasks.STARTED,
        }.get(state, tasks.REOPENED)
        tasks.follow_ticket(locked, state=follow, by=by)


def _set_finding_status(locked: LockedTask, status: FindingStatus, by: Actor) -> None:
    triage.update(locked.finding.pk, changes={"status": status}, by=by, project=locked.task.project)


def _reopen(task: Task, by: Actor) -> None:
    # A done task is only reopened through its verification, which also opens a regression.
    passed = Verification.objects.filter(task=task, result=Result.PASSED).without_guards()
    approved = passed.order_by("-created_at").first()
    if approved is not None:
        verdicts.reopen(approved.pk, by=by)
