"""Conflicts between a task and its ticket: opened and settled by a sync, resolved by a person."""

from collections.abc import Callable
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
from integrations.providers.types import TicketState
from integrations.queries import get_conflict
from integrations.sync.run import SyncContext
from integrations.sync.tickets import loop_breaker
from remediation.locks import LockedTask, lock_task
from remediation.models import Result, Task, Verification
from remediation.services import tasks, tickets, verdicts

Field, Kept = SyncConflict.Field, SyncConflict.Kept
NO_STATUS = ""  # compared with it, every status counts as changed and is pushed


def open_conflict(context: SyncContext, link: TicketLink, field: str, theirs: str, reason: str) -> None:
    """Open a conflict, or update the open one of the same field."""
    context.log_refusal(link.key, reason)
    ours = link.task.title if field == Field.TITLE else link.task.status
    values = {"ours": ours[:300], "theirs": theirs[:300], "why": reason[:1000]}
    if not _open(link, field).update(**values, updated_at=timezone.now()):
        SyncConflict.objects.create(integration=link.integration, link=link, field=field, **values)


def settle(link: TicketLink, field: str) -> None:
    """Close a conflict after both sides agree again."""
    now = timezone.now()
    _open(link, field).update(kept=Kept.SETTLED, resolved_at=now, updated_at=now)


def _open(link: TicketLink, field: str) -> QuerySet[SyncConflict]:
    return SyncConflict.objects.filter(link=link, field=field, resolved_at__isnull=True)


@transaction.atomic
def resolve(project: Project, provider: str, conflict_id: UUID, *, kept: str, by: Actor) -> SyncConflict:
    """Keep one side: `theirs` changes the task now, `ours` is pushed by the sync that this requests.

    A resolved conflict stays as it is. Locks: finding and task first, then conflict and link.
    """
    locked = lock_task(get_conflict(project, provider, conflict_id).link.task_id)
    conflict = get_conflict(project, provider, conflict_id, lock=True)
    if conflict.resolved_at:
        return conflict
    link = conflict.link
    link.task = locked.task
    RESOLUTIONS[Kept(kept), conflict.field == Field.TITLE](locked, link, conflict, by)
    loop_breaker.reset(link)
    link.task_synced_at = None
    link.save()
    conflict.kept, conflict.resolved_at, conflict.resolved_by_id = kept, timezone.now(), by.user_id
    conflict.save()
    details = {"field": conflict.field, "kept": kept, "task_id": link.task_id}
    log_event("integration.conflict_resolved", conflict.integration, by=by, **details)
    services.request_sync(conflict.integration)
    return conflict


def _keep_our_title(locked: LockedTask, link: TicketLink, conflict: SyncConflict, by: Actor) -> None:
    link.last_synced["task"]["title"] = link.last_synced["ticket"]["title"] = conflict.theirs


def _keep_their_title(locked: LockedTask, link: TicketLink, conflict: SyncConflict, by: Actor) -> None:
    tasks.update_locked(locked, changes={"title": conflict.theirs}, by=by)
    _keep_our_title(locked, link, conflict, by)


def _keep_our_state(locked: LockedTask, link: TicketLink, conflict: SyncConflict, by: Actor) -> None:
    link.last_synced["task"]["status"] = NO_STATUS


def _keep_their_state(locked: LockedTask, link: TicketLink, conflict: SyncConflict, by: Actor) -> None:
    state = TicketState(link.last_synced["ticket"]["state"])
    if state == TicketState.DROPPED:
        dismissed = {"status": FindingStatus.DISMISSED}
        triage.update(locked.finding.pk, changes=dismissed, by=by, project=locked.task.project)
    elif locked.task.status == Task.Status.DONE and state != TicketState.CLOSED:
        _reopen(locked.task, by)
    else:
        follow = {TicketState.CLOSED: "closed", TicketState.STARTED: "started"}.get(state, "reopened")
        tickets.follow_ticket(locked, state=follow, by=by)
    status = Task.objects.values_list("status", flat=True).get(pk=link.task_id)
    link.last_synced["task"]["status"] = status


def _reopen(task: Task, by: Actor) -> None:
    approved = Verification.objects.filter(task=task, result=Result.PASSED).order_by("-created_at").first()
    if approved is not None:
        verdicts.reopen(approved.pk, by=by)


type Resolution = Callable[[LockedTask, TicketLink, SyncConflict, Actor], None]
RESOLUTIONS: dict[tuple[str, bool], Resolution] = {
    (Kept.OURS, True): _keep_our_title,
    (Kept.THEIRS, True): _keep_their_title,
    (Kept.OURS, False): _keep_our_state,
    (Kept.THEIRS, False): _keep_their_state,
}
