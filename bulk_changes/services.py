"""Change many findings or tasks of a project, say beforehand what would change, and undo it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from bulk_changes import creations
from bulk_changes.decisions import Decider, Decision, Summary, Target
from bulk_changes.errors import BulkChangeUndone, NotUndoable
from bulk_changes.models import BulkChange, BulkChangeRow
from bulk_changes.recording import from_json, record, to_json
from bulk_changes.subjects import ChangeContext, Subject, get_subject
from events.log import log_events
from krafter_audit.api.errors import InvalidParams, NotFound
from krafter_audit.api.lookup import get_or_404
from krafter_audit.db.deletion import delete_in_batches

MAX_ROWS = 20_000  # of one bulk change: about 15 seconds
BATCH_SIZE = 500  # rows of one transaction
RETENTION = timedelta(days=30)  # in which a bulk change can be undone


@dataclass(frozen=True)
class BulkChangeResult:
    bulk_change: BulkChange
    summary: Summary


def preview(
    project: Project,
    subject: Subject,
    pks: Sequence[UUID],
    *,
    changes: Mapping[str, Any],
    summary: Summary | None = None,
) -> Summary:
    """Return what `change` would do now, and write nothing; adds to a given `summary`."""
    require_within_limit(pks)
    summary, decider = summary or Summary(), Decider(project, subject)
    for batch in batched(pks, BATCH_SIZE):
        summary.add(decider.decide([Target(pk, changes) for pk in batch]), subject)
    return summary


def change(
    project: Project,
    subject: Subject,
    pks: Sequence[UUID],
    *,
    changes: Mapping[str, Any],
    by: Actor,
    all_or_nothing: bool = False,
    unchanged_since: datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> BulkChangeResult:
    """Set the values of `changes` in the rows, in batches; rows that the rules forbid to change are refused.

    `details` are JSON values of a change of status, such as the reason of a dismissal. `all_or_nothing` raises the
    first refusal, and nothing changes. Rows that changed after `unchanged_since`, the time of a preview, are refused.
    An undo that begins meanwhile ends the change.
    """
    require_within_limit(pks)
    context = ChangeContext(by, details or {})
    bulk_change = BulkChange(
        project=project,
        subject=subject.name,
        changes={**to_json(changes), **context.details},
        created_by_id=by.user_id,
    )
    targets = (Target(pk, changes) for pk in sorted(pks))
    decider = Decider(project, subject, unchanged_since)
    summary = Summary()
    with transaction.atomic() if all_or_nothing else nullcontext():
        bulk_change.save(force_insert=True)
        for batch in batched(targets, BATCH_SIZE):
            decisions = _change_batch(
                bulk_change, subject, batch, decider, context, raise_refusals=all_or_nothing
            )
            summary.add(decisions, subject)
    return _result(bulk_change, summary)


def require_within_limit(pks: Sequence[UUID]) -> None:
    if len(pks) > MAX_ROWS:
        raise InvalidParams(f"At most {MAX_ROWS:,} rows can be changed at once. Narrow the filter.")


def matching_ids(rows: QuerySet[Any]) -> list[UUID]:
    """Return the ids of the rows. Raises InvalidParams if there are too many."""
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[: MAX_ROWS + 1])
    require_within_limit(pks)
    return pks


def existing_ids(rows: QuerySet[Any], pks: Collection[UUID], name: str) -> list[UUID]:
    """Return the ids, sorted. Raises NotFound if one of them is not among the rows."""
    found = set(rows.filter(pk__in=pks).values_list("pk", flat=True))
    missing = sorted(str(pk) for pk in set(pks) - found)
    if missing:
        raise NotFound(f"Some of these {name} are not in this project.", details={"ids": missing})
    return sorted(found)


def errors_by_field(name: str, errors: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the errors of a list's items, by position, as details of one error: `{"tasks.3.title": [...]}`."""
    return {
        f"{name}.{index}" if field == "body" else f"{name}.{index}.{field}": lines
        for index, details in sorted(errors.items())
        for field, lines in details.items()
    }


def undo(bulk_change_id: UUID, *, by: Actor, project: Project | None = None) -> BulkChangeResult:
    """Restore the values from before a bulk change; rows that have changed since are refused.

    The undo is a bulk change too, which can be undone. An undone creation deletes the tasks that have not been
    worked on.
    """
    original, bulk_change = _begin_undo(bulk_change_id, project, by)
    subject, summary = get_subject(original.subject), Summary()
    decider = Decider(original.project, subject, undone_change_at=original.created_at)
    for batch in _batches_to_undo(original, subject):
        if original.action == BulkChange.Action.CREATE:
            decisions = creations.undo_creations(bulk_change, subject, batch, by=by)
        else:
            context = ChangeContext(by, is_undo=True)
            decisions = _change_batch(bulk_change, subject, batch, decider, context)
        summary.add(decisions, subject)
    return _result(bulk_change, summary)


@transaction.atomic
def _begin_undo(bulk_change_id: UUID, project: Project | None, by: Actor) -> tuple[BulkChange, BulkChange]:
    # An older one is being deleted, and may have lost some of its rows.
    rows = BulkChange.objects.select_for_update().filter(created_at__gte=timezone.now() - RETENTION)
    rows = rows if project is None else rows.filter(project=project)
    original = get_or_404(rows, pk=bulk_change_id)
    if BulkChange.objects.filter(undoes=original).exists():
        raise BulkChangeUndone
    if original.action == BulkChange.Action.DELETE:
        raise NotUndoable
    original.save(update_fields=["updated_at"])  # its representation, and so its ETag, changes
    deletes = original.action == BulkChange.Action.CREATE
    return original, BulkChange.objects.create(
        project=original.project,
        subject=original.subject,
        action=BulkChange.Action.DELETE if deletes else BulkChange.Action.UPDATE,
        created_by_id=by.user_id,
        undoes=original,
    )


def _batches_to_undo(original: BulkChange, subject: Subject) -> Iterator[tuple[Target, ...]]:
    rows = original.rows.filter(refusal="").order_by("subject_id")
    targets = (
        Target(
            row.subject_id,
            from_json(subject.model, row.before),
            from_json(subject.model, row.after),
        )
        for row in rows.iterator(chunk_size=BATCH_SIZE)
    )
    # Read completely: a server-side cursor would end with the transaction of the first batch.
    yield from batched(list(targets), BATCH_SIZE)


@transaction.atomic
def _change_batch(
    bulk_change: BulkChange,
    subject: Subject,
    targets: Sequence[Target],
    decider: Decider,
    context: ChangeContext,
    *,
    raise_refusals: bool = False,
) -> list[Decision]:
    # All or nothing is one transaction, and is not undone before its end.
    if not raise_refusals and _is_undone(bulk_change):
        return []
    pks = [target.pk for target in targets]
    subject.lock_parents(pks)
    locked = subject.model._default_manager.filter(
        project=bulk_change.project, pk__in=pks
    ).select_for_update()
    list(locked.order_by("pk").values_list("pk"))  # read for the locks; the decider reads the values
    decisions = decider.decide(targets)
    refused = next((decision.error for decision in decisions if decision.error is not None), None)
    if raise_refusals and refused is not None:
        raise refused
    changed = [decision for decision in decisions if decision.is_change]
    _write(subject, changed, context)
    log_events(
        f"{subject.name}.updated",
        bulk_change.project,
        ((decision.pk, _event_data(bulk_change, decision, context)) for decision in changed),
        by=context.by,
    )
    record(bulk_change, decisions)
    return decisions


def _is_undone(bulk_change: BulkChange) -> bool:
    BulkChange.objects.select_for_update().get(pk=bulk_change.pk)
    # An undo that has begun could not include further rows.
    return BulkChange.objects.filter(undoes=bulk_change).exists()


def _write(subject: Subject, changed: Sequence[Decision], context: ChangeContext) -> None:
    groups: dict[tuple[Any, ...], list[Decision]] = defaultdict(list)
    for decision in changed:
        groups[tuple(sorted(decision.after.items()))].append(decision)
    for values, decisions in groups.items():
        subject.write([decision.row for decision in decisions], dict(values), context)


def _event_data(bulk_change: BulkChange, decision: Decision, context: ChangeContext) -> dict[str, Any]:
    data = {"before": dict(decision.before), "after": dict(decision.after), "bulk_change_id": bulk_change.pk}
    return {**data, **(context.details if "status" in decision.after else {})}


def _result(bulk_change: BulkChange, summary: Summary) -> BulkChangeResult:
    bulk_change.refresh_from_db()
    return BulkChangeResult(bulk_change, summary)


def delete_old() -> None:
    """Delete the bulk changes that can no longer be undone, the oldest first.

    One that was undone is kept as long as its undo, which can be undone too.
    """
    old = BulkChange.objects.filter(created_at__lt=timezone.now() - RETENTION, undone_by=None)
    # First the rows: one bulk change may have 20,000 of them.
    delete_in_batches(BulkChangeRow.objects.filter(bulk_change__in=old))
    rows = BulkChangeRow.objects.filter(bulk_change=OuterRef("pk"))
    delete_in_batches(old.filter(~Exists(rows)).order_by("created_at"))
