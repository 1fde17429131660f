"""A person says whose side counts in a conflict: theirs moves the task now, ours goes out with the next sync."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events.record import record
from findings.models import FindingStatus
from findings.services import triage
from integrations import breaker, services
from integrations.models import Conflict, ExternalLink
from integrations.providers.base import State
from integrations.queries import conflict_of
from remediation.locks import lock_task
from remediation.models import Result, Task, Verification
from remediation.services import tasks, verdicts
from remediation.services import tickets as remediation_tickets

Field, Kept = Conflict.Field, Conflict.Kept
UNKNOWN = ""  # a status that no task has: compared with it, ours counts as changed and is pushed


@transaction.atomic
def resolve(project: Project, provider: str, conflict_id: UUID, *, kept: str, by: Actor) -> Conflict:
    """Let one side count: `theirs` moves the task now, `ours` goes out with the sync that is asked for.

    A conflict that is resolved already stays as it is. The order of locks is the house's: the finding comes first.
    """
    task = lock_task(conflict_of(project, provider, conflict_id).link.task_id).task
    conflict = conflict_of(project, provider, conflict_id, lock=True)
    if conflict.resolved_at:
        return conflict
    link = conflict.link
    link.task = task
    STEPS[Kept(kept), conflict.field == Field.TITLE](link, conflict, by)
    breaker.reset(link)
    link.task_seen_at = None
    link.save()
    conflict.kept, conflict.resolved_at, conflict.resolved_by_id = kept, timezone.now(), by.user_id
    conflict.save()
    told = {"field": conflict.field, "kept": kept, "task_id": task.pk}
    record("integration.conflict_resolved", conflict.integration, by=by, **told)
    services.wake(conflict.integration)
    return conflict


def _our_title(link: ExternalLink, conflict: Conflict, by: Actor) -> None:
    link.last_synced["wanted"]["title"] = link.last_synced["remote"]["title"] = conflict.theirs


def _their_title(link: ExternalLink, conflict: Conflict, by: Actor) -> None:
    tasks.update(link.task_id, changes={"title": conflict.theirs}, by=by)
    _our_title(link, conflict, by)


def _our_state(link: ExternalLink, conflict: Conflict, by: Actor) -> None:
    link.last_synced["wanted"]["status"] = UNKNOWN


def _their_state(link: ExternalLink, conflict: Conflict, by: Actor) -> None:
    state = State(link.last_synced["remote"]["state"])
    if state == State.DROPPED:
        dismissed = {"status": FindingStatus.DISMISSED}
        triage.update(link.task.finding_id, changes=dismissed, by=by, project=link.task.project)
    elif link.task.status == Task.Status.DONE and state != State.CLOSED:
        _reopen(link.task, by)
    else:
        follow = {State.CLOSED: "closed", State.STARTED: "started"}.get(state, "reopened")
        remediation_tickets.follow_ticket(link.task_id, state=follow, by=by)
    status = Task.objects.values_list("status", flat=True).get(pk=link.task_id)
    link.last_synced["wanted"]["status"] = status


def _reopen(task: Task, by: Actor) -> None:
    approved = Verification.objects.filter(task=task, result=Result.PASSED).order_by("-created_at").first()
    if approved is not None:
        verdicts.reopen(approved.pk, by=by)


Step = Callable[[ExternalLink, Conflict, Actor], None]
STEPS: dict[tuple[str, bool], Step] = {
    (Kept.OURS, True): _our_title,
    (Kept.THEIRS, True): _their_title,
    (Kept.OURS, False): _our_state,
    (Kept.THEIRS, False): _their_state,
}
