"""Rows that were created in bulk, and the undo of that: rows that have not changed since are deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from accounts.actors import Actor
from accounts.models import Project
from bulk_changes.decisions import Decision, Target
from bulk_changes.errors import ChangedSince
from bulk_changes.models import BulkChange
from bulk_changes.recording import record
from bulk_changes.subjects import Row, Subject
from events.log import log_events
from krafter_audit.api.errors import ApiError, NotFound


def record_creation(project: Project, subject: Subject, created: Sequence[Any], *, by: Actor) -> BulkChange:
    """Store that the rows were created together, in the transaction that creates them."""
    made = BulkChange.objects.create(
        project=project,
        subject=subject.name,
        action=BulkChange.Action.CREATE,
        created_by_id=by.user_id,
    )
    record(made, [Decision(row.pk, {}, {}, {"updated_at": row.updated_at}) for row in created])
    made.refresh_from_db()
    return made


@transaction.atomic
def undo_batch(made: BulkChange, subject: Subject, targets: Sequence[Target], *, by: Actor) -> list[Decision]:
    """Delete those of the rows that are as they were created, with nothing attached to them."""
    pks = [target.pk for target in targets]
    subject.lock_parents(pks)
    rows = subject.model._default_manager.filter(project=made.project, pk__in=pks)
    locked = {
        row["pk"]: row for row in rows.select_for_update().order_by("pk").values("pk", "title", "updated_at")
    }
    attached = _attached(subject.model, pks)
    decisions = [_decide(target, locked.get(target.pk), attached.get(target.pk)) for target in targets]
    deleted = [decision for decision in decisions if decision.changes]
    rows.filter(pk__in=[decision.pk for decision in deleted]).delete()
    log_events(
        f"{subject.name}.deleted",
        made.project,
        ((decision.pk, {"title": decision.title, "bulk_change_id": made.pk}) for decision in deleted),
        by=by,
    )
    record(made, decisions)
    return decisions


def _decide(target: Target, row: Row | None, attached: str | None) -> Decision:
    error = _refusal(target.expected["updated_at"], row, attached)
    return Decision(target.pk, row or {}, {"deleted": False}, {"deleted": True}, error)


def _refusal(updated_at: datetime, row: Row | None, attached: str | None) -> ApiError | None:
    if row is None:
        return NotFound()
    if row["updated_at"] != updated_at:
        return ChangedSince()
    return ChangedSince(f"It has a {attached}.") if attached else None


def _attached(model: type[Model], pks: Sequence[UUID]) -> dict[UUID, str]:
    """Return what refers to the rows, such as a verification or a ticket link, by the row's id."""
    found: dict[UUID, str] = {}
    for relation in model._meta.related_objects:
        related, column = relation.related_model, relation.field.attname
        name = str(related._meta.verbose_name)
        referring = related._base_manager.filter(**{f"{column}__in": pks}).order_by()
        found |= dict.fromkeys(referring.values_list(column, flat=True), name)
    return found
