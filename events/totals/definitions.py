"""Counters, declared on the model whose rows they count: `triggers = counter_triggers(CounterDefinition(…), …)`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import pgtrigger
from django.db.models import Model


@dataclass(frozen=True)
class CounterDefinition:
    """The number of rows and the sum of their scores, for each combination of facets."""

    name: str
    facets: tuple[str | tuple[str, str], ...] = ()  # columns, or names with their SQL
    score: str = "0"  # SQL
    where: str = "true"  # SQL: the rows that count
    owner: str = "NULL::uuid"  # SQL, for a value for each owner
    day: str = "NULL::date"  # SQL, for a value for each day
    # SQL that names an update, from the rows `before` and `after`. Each change then counts on its own day, and has its
    # name as the facet `change`: `opened` is an INSERT, `deleted` a DELETE.
    change: str = ""
    history: bool = False  # each change is also stored with its time (events/totals/history.py)
    due_at: str = "NULL::timestamptz"  # SQL, stored with the history


def facets_as_json(*facets: str | tuple[str, str]) -> str:
    named = [(facet, facet) if isinstance(facet, str) else facet for facet in facets]
    pairs = ", ".join(f"'{name}', {value}" for name, value in named)
    return f"jsonb_build_object({pairs})"


# Statement-level triggers with transition tables: a batch of 13,000 rows inserts one row for each combination. They
# insert and never update, so that two writers of one project never wait for each other.
COUNT = """
    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)
    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM {changes} AS changes
    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0
"""
COUNT_AND_RECORD = """
    WITH changes AS MATERIALIZED ({changes}), counted AS ({count})
    INSERT INTO events_counterchange (project_id, name, at, owner_id, due_at, facets, rows, score)
    SELECT project_id, name, at, owner_id, due_at, facets, sum(rows), sum(score) FROM changes WHERE at IS NOT NULL
    GROUP BY project_id, name, at, owner_id, due_at, facets HAVING sum(rows) <> 0 OR sum(score) <> 0
"""
CHANGES = """
    SELECT project_id, '{name}' AS name, {day} AS day, {owner} AS owner_id, {facets} AS facets,
        {sign}1 AS rows, {sign}({score}) AS score, {at} AS at, {due_at} AS due_at FROM {table}{named} WHERE {where}
"""
NAMED = """
    JOIN (
        SELECT after.id AS named_id, {change} AS change
        FROM new_rows AS after JOIN old_rows AS before ON before.id = after.id
    ) AS named ON named_id = {table}.id
"""
UTC_DAY = "({moment} AT TIME ZONE 'UTC')::date"


@dataclass(frozen=True)
class _Operation:
    operation: pgtrigger.Operation
    # Each transition table with the sign of its rows.
    signs: dict[str, str]
    at: str
    day: str
    change: str = "change"


OPERATIONS = {
    "insert": _Operation(
        pgtrigger.Insert, {"new_rows": ""}, "created_at", UTC_DAY.format(moment="created_at"), "'opened'"
    ),
    "delete": _Operation(
        pgtrigger.Delete,
        {"old_rows": "-"},
        "statement_timestamp()",
        UTC_DAY.format(moment="now()"),
        "'deleted'",
    ),
    "update": _Operation(
        pgtrigger.Update,
        {"new_rows": "", "old_rows": "-"},
        "(SELECT max(updated_at) FROM new_rows)",
        UTC_DAY.format(moment="(SELECT max(updated_at) FROM new_rows)"),
    ),
}


class CounterTrigger(pgtrigger.Trigger):
    """Update all counters of a table after one kind of change."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(self, kind: str, definitions: Sequence[CounterDefinition]) -> None:
        change = OPERATIONS[kind]
        tables = {table.removesuffix("_rows"): table for table in change.signs}
        super().__init__(
            name=f"count_{kind}",
            operation=change.operation,
            referencing=pgtrigger.Referencing(**tables),
            func=f"{_statement(change, definitions)}; RETURN NULL;",
        )
        self.definitions = tuple(definitions)


def _statement(operation: _Operation, definitions: Sequence[CounterDefinition]) -> str:
    changes = "UNION ALL".join(_changes(operation, definitions))
    if any(definition.history for definition in definitions):
        return COUNT_AND_RECORD.format(changes=changes, count=COUNT.format(changes="changes"))
    return COUNT.format(changes=f"({changes})")


def _changes(operation: _Operation, definitions: Sequence[CounterDefinition]) -> Iterator[str]:
    for definition in definitions:
        change = (("change", operation.change),) if definition.change else ()
        joins_names = bool(change) and len(operation.signs) > 1
        for table, sign in operation.signs.items():
            yield CHANGES.format(
                name=definition.name,
                day=operation.day if change else definition.day,
                owner=definition.owner,
                facets=facets_as_json(*definition.facets, *change),
                score=definition.score,
                where=definition.where,
                table=table,
                named=NAMED.format(change=definition.change, table=table) if joins_names else "",
                sign=sign,
                at=operation.at if definition.history else "NULL::timestamptz",
                due_at=definition.due_at,
            )


def counter_triggers(*definitions: CounterDefinition) -> list[CounterTrigger]:
    return [CounterTrigger(kind, definitions) for kind in OPERATIONS]


def declared_counters() -> Iterator[tuple[type[Model], CounterDefinition]]:
    """Yield every counter with the model whose rows it counts."""
    # pgtrigger's annotation names instances of models, and means the classes.
    for model, trigger in cast("list[tuple[type[Model], pgtrigger.Trigger]]", pgtrigger.registered()):
        if isinstance(trigger, CounterTrigger) and trigger.name == "count_insert":
            for definition in trigger.definitions:
                yield model, definition
