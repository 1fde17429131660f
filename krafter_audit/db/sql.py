"""Run hand-written SELECTs, for hot reads where the ORM's query building is most of the request."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections, router
from django.db.models import Model


def fetch_all(
    sql: str, params: Sequence[Any] | Mapping[str, Any], *, model: type[Model]
) -> list[tuple[Any, ...]]:
    """Run a SELECT on the database that `model` is read from; JSON is returned as text."""
    with connections[router.db_for_read(model)].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
