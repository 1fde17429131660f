"""Store what a bulk change did to each row, with the exact values, so that an undo can compare and restore them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Model
from django.utils import timezone

from bulk_changes.decisions import Decision
from bulk_changes.models import BulkChange, BulkChangeRow


def record(bulk_change: BulkChange, decisions: Sequence[Decision]) -> None:
    """Store the decisions about a batch of rows in its transaction; unchanged rows are only counted."""
    BulkChangeRow.objects.bulk_create(
        _row(bulk_change, decision) for decision in decisions if decision.error or decision.after
    )
    # In the transaction of the batch, so that a bulk change that was interrupted says what it has changed.
    BulkChange.objects.filter(pk=bulk_change.pk).update(
        matched=F("matched") + len(decisions),
        changed=F("changed") + sum(decision.is_change for decision in decisions),
        refused=F("refused") + sum(decision.error is not None for decision in decisions),
        updated_at=timezone.now(),
    )


def _row(bulk_change: BulkChange, decision: Decision) -> BulkChangeRow:
    if decision.error is not None:
        return BulkChangeRow(
            bulk_change=bulk_change, subject_id=decision.pk, refusal=decision.error.message[:300]
        )
    return BulkChangeRow(
        bulk_change=bulk_change,
        subject_id=decision.pk,
        before=to_json(decision.before),
        after=to_json(decision.after),
    )


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON; times keep their microseconds."""
    # Django's encoder would cut off the microseconds of times.
    return {name: _value_to_json(value) for name, value in values.items()}


def _value_to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def from_json(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored values as the model's fields have them."""
    fields: Any = model._meta
    return {name: fields.get_field(name).to_python(value) for name, value in values.items()}
