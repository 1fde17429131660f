from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from bulk_changes.decisions import Decision
from bulk_changes.models import BulkChange, BulkChangeRow
from bulk_changes.stored_values import to_json


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
