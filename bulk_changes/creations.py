from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

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
    """Store that the rows were created together, in the same transaction."""
    bulk_change = BulkChange.objects.create(
        project=project,
        subject=subject.name,
        action=BulkChange.Action.CREATE,
        created_by_id=by.user_id,
    )
    names = (*subject.fields, *subject.single_row_fields)
    record(
        bulk_change,
        [Decision(row.pk, {}, {}, {name: getattr(row, name) for name in names}) for row in created],
    )
    return bulk_change


@transaction.atomic
def undo_creations(
    bulk_change: BulkChange, subject: Subject, targets: Sequence[Target], *, by: Actor
) -> list[Decision]:
    """Delete those rows that are as they were created, with nothing attached to them."""
    pks = [target.pk for target in targets]
    subject.lock_parents(pks)
    rows = subject.model._default_manager.filter(project=bulk_change.project, pk__in=pks)
    found = rows.select_for_update().order_by("pk").values("pk", *subject.fields, *subject.single_row_fields)
    locked = {row["pk"]: row for row in found}
    attached = _attached_models(subject, pks)
    decisions = [_decide(target, locked.get(target.pk), attached.get(target.pk)) for target in targets]
    deleted = [decision for decision in decisions if decision.is_change]
    rows.filter(pk__in=[decision.pk for decision in deleted]).delete()
    log_events(
        f"{subject.name}.deleted",
        bulk_change.project,
        ((decision.pk, {"title": decision.title, "bulk_change_id": bulk_change.pk}) for decision in deleted),
        by=by,
    )
    record(bulk_change, decisions)
    return decisions


def _decide(target: Target, row: Row | None, attached: str | None) -> Decision:
    error = _refusal(target.expected, row, attached)
    return Decision(target.pk, row or {}, {"deleted": False}, {"deleted": True}, error)


def _refusal(created: Row, row: Row | None, attached: str | None) -> ApiError | None:
    if row is None:
        return NotFound()
    # Compares values, not the time of the last change, which may have been undone.
    if any(row[name] != value for name, value in created.items()):
        return ChangedSince()
    return ChangedSince(f"It has a {attached}.") if attached else None


def _attached_models(subject: Subject, pks: Sequence[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    options = subject.model._meta
    relations: list[tuple[Any, str, Any]] = [
        (relation.related_model, relation.field.attname, relation.related_model)
        for relation in options.related_objects
        if relation.get_accessor_name() not in subject.system_relations
    ]
    relations += [
        (field.remote_field.through, field.m2m_column_name(), field.related_model)
        for field in options.many_to_many
    ]
    for related, column, named in relations:
        referring = related._base_manager.filter(**{f"{column}__in": pks})
        found |= dict.fromkeys(referring.values_list(column, flat=True), str(named._meta.verbose_name))
    return found
