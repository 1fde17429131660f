from typing import Any

from django.db.models import QuerySet

# Larger totals are not counted, so that a list costs the same at any number of rows.
MAX_COUNT = 10_000


def bounded_count(rows: QuerySet[Any], limit: int | None = None) -> int | None:
    """Return the number of rows; None if there are more than `limit`, by default `MAX_COUNT`."""
    limit = MAX_COUNT if limit is None else limit
    found = rows.order_by()[: limit + 1].count()
    return found if found <= limit else None
