import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from events.totals.definitions import CounterDefinition, declared_counters, facets_as_json
from krafter_audit.db.advisory_locks import advisory_lock

# One statement sees one instant: the rows, and the counter rows that the same transactions wrote. So a difference is
# a defect, whatever is written meanwhile, and one more counter row corrects it without a lock.
DIFFERENCES = """
    SELECT project_id, day, owner_id, facets, sum(stored)::bigint, sum(stored_score)::bigint, sum(counted)::bigint,
        sum(counted_score)::bigint
    FROM (
        SELECT project_id, {stored_day} AS day, owner_id, {stored_facets} AS facets,
            rows AS stored, score AS stored_score, 0 AS counted, 0 AS counted_score
        FROM events_counter WHERE name = '{name}'
        UNION ALL
        SELECT project_id, {day}, {owner}, {facets}, 0, 0, count(*), sum({score}) FROM {table} WHERE {where}
        GROUP BY 1, 2, 3, 4
    ) AS both_sides GROUP BY project_id, day, owner_id, facets
    HAVING sum(stored) <> sum(counted) OR sum(stored_score) <> sum(counted_score) ORDER BY 1, 2, 3, 4
"""
CORRECT = """
    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)
    SELECT project_id, '{name}', {day}, owner_id, facets, counted - stored, counted_score - stored_score
    FROM ({differences}) AS found
        (project_id, day, owner_id, facets, stored, stored_score, counted, counted_score)
    RETURNING id
"""
TODAY = "(now() AT TIME ZONE 'UTC')::date"


@dataclass(frozen=True)
class Difference:
    """`(rows, score)` of a counter as stored and as counted."""

    name: str
    project_id: UUID
    combination: dict[str, Any]
    stored: tuple[int, int]
    counted: tuple[int, int]


def differences() -> Iterator[Difference]:
    """Yield every counter of every project that differs from its rows."""
    for model, definition in declared_counters():
        for project_id, day, owner, facets, *numbers in _run(_differences(model, definition)):
            stored, stored_score, counted, counted_score = (int(number) for number in numbers)
            combination = {name: value for name, value in {"day": day, "owner": owner}.items() if value}
            combination |= json.loads(facets)
            yield Difference(
                definition.name, project_id, combination, (stored, stored_score), (counted, counted_score)
            )


def correct() -> int:
    """Insert what each counter lacks; return how many were corrected."""
    corrected = 0
    for model, definition in declared_counters():
        statement = CORRECT.format(
            name=definition.name,
            day=TODAY if definition.change else "day",
            differences=_differences(model, definition),
        )
        corrected += len(_run(statement))
    return corrected


def _differences(model: type[Model], definition: CounterDefinition) -> str:
    # Rows do not record when and how they changed: of such a counter only the sum over all changes can be recounted.
    one_total = bool(definition.change)
    return DIFFERENCES.format(
        name=definition.name,
        table=model._meta.db_table,
        where=definition.where,
        score=definition.score,
        facets=facets_as_json(*definition.facets),
        stored_facets="facets - 'change'" if one_total else "facets",
        stored_day="NULL::date" if one_total else "day",
        day=definition.day,
        owner=definition.owner,
    )


def _run(statement: str) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        advisory_lock("reconciliation")  # two simultaneous runs would both insert the missing rows
        cursor.execute("SET LOCAL statement_timeout = 0")  # a large table is read to its end
        cursor.execute(statement)
        return list(cursor.fetchall())
