"""Counters, declared on the model whose rows they count: `triggers = counter_triggers(CounterDefinition(…), …)`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import pgtrigger
from django.db.models import Model


@dataclass(frozen=True)
class CounterDefinition:
    """The number of rows that meet `where`, and the sum of `score`, for each combination of `facets`.

    A facet is a column, or a name and its SQL. `owner` and `day` are SQL, for a counter with a value for each of them.
    With `by_day_of_change` only the score counts, on the day of each change.
    """

    name: str
    facets: tuple[str | tuple[str, str], ...] = ()
    score: str = "0"
    where: str = "true"
    owner: str = "NULL::uuid"
    day: str = "NULL::date"
    by_day_of_change: bool = False

    @property
    def facets_as_json(self) -> str:
        named = [(facet, facet) if isinstance(facet, str) else facet for facet in self.facets]
        pairs = ", ".join(f"'{name}', {value}" for name, value in named)
        return f"jsonb_build_object({pairs})"


# Statement-level triggers with transition tables: a batch of 13,000 rows inserts one row for each combination. They
# insert and never update, so that two writers of one project never wait for each other.
INSERT = """
    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)
    SELECT project_id, name, day, owner_id, facets, sum(rows), sum(score) FROM ({changes}) AS changes
    GROUP BY project_id, name, day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0;
    RETURN NULL;
"""
CHANGES = """
    SELECT project_id, '{name}' AS name, {day} AS day, {owner} AS owner_id, {facets} AS facets,
        {sign}{rows} AS rows, {sign}({score}) AS score FROM {table} WHERE {where}
"""


@dataclass(frozen=True)
class _Operation:
    operation: pgtrigger.Operation
    # Each transition table with the sign of its rows.
    signs: dict[str, str]
    day_of_change: str


OPERATIONS = {
    "insert": _Operation(pgtrigger.Insert, {"new_rows": ""}, "(created_at AT TIME ZONE 'UTC')::date"),
    "delete": _Operation(pgtrigger.Delete, {"old_rows": "-"}, "(now() AT TIME ZONE 'UTC')::date"),
    "update": _Operation(
        pgtrigger.Update,
        {"new_rows": "", "old_rows": "-"},
        "(SELECT (max(updated_at) AT TIME ZONE 'UTC')::date FROM new_rows)",
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
            func=INSERT.format(changes="UNION ALL".join(_changes(change, definitions))),
        )
        self.definitions = tuple(definitions)


def _changes(change: _Operation, definitions: Sequence[CounterDefinition]) -> Iterator[str]:
    for definition in definitions:
        for table, sign in change.signs.items():
            yield CHANGES.format(
                name=definition.name,
                day=change.day_of_change if definition.by_day_of_change else definition.day,
                owner=definition.owner,
                facets=definition.facets_as_json,
                rows=0 if definition.by_day_of_change else 1,
                score=definition.score,
                where=definition.where,
                table=table,
                sign=sign,
            )


def counter_triggers(*definitions: CounterDefinition) -> list[CounterTrigger]:
    return [CounterTrigger(kind, definitions) for kind in OPERATIONS]


def declared_counters() -> Iterator[tuple[type[Model], CounterDefinition]]:
    """Yield every declared counter with the model whose rows it counts."""
    # pgtrigger's annotation names instances of models, and means the classes.
    for model, trigger in cast("list[tuple[type[Model], pgtrigger.Trigger]]", pgtrigger.registered()):
        if isinstance(trigger, CounterTrigger) and trigger.name == "count_insert":
            for definition in trigger.definitions:
                yield model, definition
