from typing import Any

from django.db import models
from django.utils import timezone

BATCH_SIZE = 5_000  # rows of one statement
MAX_BATCHES = 100  # of one call


def set_null_and_updated_at(collector: Any, field: "models.Field[Any, Any]", rows: Any, using: str) -> None:
    """Set `updated_at`, then the foreign key to NULL."""
    updated_at = field.model._meta.get_field("updated_at")
    # Counters record this time.
    collector.add_field_update(updated_at, timezone.now(), rows)
    collector.add_field_update(field, None, rows)


def delete_in_batches(rows: "models.QuerySet[Any]") -> int:
    """Delete up to MAX_BATCHES batches of the rows, the first of their order; return the number of deleted rows.

    Each batch is a transaction, so that a backlog neither exceeds the statement timeout nor starts again each time.
    """
    deleted = 0
    for _ in range(MAX_BATCHES):
        batch = list(rows.values_list("pk", flat=True)[:BATCH_SIZE])
        # The conditions of the rows are repeated: a row may have been changed meanwhile.
        deleted += rows.order_by().filter(pk__in=batch).delete()[0] if batch else 0
        if len(batch) < BATCH_SIZE:
            break
    return deleted
