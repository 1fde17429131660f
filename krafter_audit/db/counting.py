"""Count rows at a bounded cost."""

from typing import Any

from django.db.models import QuerySet

# Beyond this a total is not counted, so that a list costs the same at any number of rows.
MAX_COUNT = 10_000


def bounded_count(rows: QuerySet[Any]) -> int | None:
    """Return the number of rows; None if there are more than 10,000."""
    found = rows.order_by()[: MAX_COUNT + 1].count()
    return found if found <= MAX_COUNT else None
