"""Counting again what the tallies say, while the system runs.

One statement sees one instant: the rows and the tally rows that the same transactions wrote. So a difference is a
difference, whoever writes meanwhile, and adding it as one more row mends the total without a lock.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from events.counter_definitions import Kept, all_kept
from krafter_audit.db.advisory_locks import wait_for_turn

# S608 is silenced: what is put in are the names of our own tables and columns.
DIFFERENCES = """
    SELECT project_id, day, of, facets, sum(told)::bigint, sum(told_score)::bigint, sum(counted)::bigint,
        sum(score)::bigint
    FROM (
        SELECT project_id, {tallied_day} AS day, of, {tallied} AS facets, rows AS told, score AS told_score,
            0 AS counted, 0 AS score
        FROM events_tally WHERE kind = '{kind}'
        UNION ALL
        SELECT project_id, {day}, {of}, {described}, 0, 0, {number}, sum({score}) FROM {table} WHERE {where}
        GROUP BY 1, 2, 3, 4
    ) AS held GROUP BY project_id, day, of, facets
    HAVING sum(told) <> sum(counted) OR sum(told_score) <> sum(score) ORDER BY 1, 2, 3, 4
"""
MEND = """
    INSERT INTO events_tally (project_id, kind, day, of, facets, rows, score)
    SELECT project_id, '{kind}', {day}, of, facets, counted - told, score - told_score
    FROM ({differences}) AS found (project_id, day, of, facets, told, told_score, counted, score)
"""
TODAY = "(now() AT TIME ZONE 'UTC')::date"


@dataclass(frozen=True)
class Difference:
    """A total that is not what counting gives: `(rows, score)` as told and as counted."""

    kind: str
    project_id: UUID
    of: dict[str, Any]
    told: tuple[int, int]
    counted: tuple[int, int]


def differences() -> Iterator[Difference]:
    """Compare every total of every project with its table."""
    for kept in all_kept():
        for project_id, day, of, facets, *numbers in _run(_differences(kept)):
            told, told_score, counted, score = (int(number) for number in numbers)
            named = {name: value for name, value in {"day": day, "of": of}.items() if value}
            named |= json.loads(facets)
            yield Difference(kept.kind, project_id, named, (told, told_score), (counted, score))


def mend() -> int:
    """Add what each total lacks; return how many were mended."""
    mended = 0
    for kept in all_kept():
        day = TODAY if kept.by_day else "day"
        statement = MEND.format(kind=kept.kind, day=day, differences=_differences(kept))  # noqa: S608
        mended += len(_run(f"{statement} RETURNING id"))
    return mended


def _differences(kept: Kept) -> str:
    empty = "'{}'::jsonb"
    return DIFFERENCES.format(
        kind=kept.kind,
        table=kept.table,
        where=kept.where,
        score=kept.score,
        described=empty if kept.by_day else kept.described,
        tallied=empty if kept.by_day else "facets",
        tallied_day="NULL::date" if kept.by_day else "day",
        day=kept.day,
        of=kept.of,
        number="0" if kept.by_day else "count(*)",
    )


def _run(statement: str) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        wait_for_turn("recount")  # two at once would both add what is missing
        cursor.execute("SET LOCAL statement_timeout = 0")  # a large table is read to its end
        cursor.execute(statement)
        return list(cursor.fetchall())
