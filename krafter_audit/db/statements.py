"""Queries of a fixed shape: compiled by Django once a process, prepared by PostgreSQL once a connection.

Half the time of a small read goes into making the same SQL anew. What varies is a `Slot`:

    ONE = Statement(lambda: Finding.objects.filter(pk=Slot("pk")).values_list("title"))
    ONE.first(pk=some_id)
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import batched
from typing import Any, cast

import orjson
from django.db import connections, router
from django.db.models import AutoField, Expression, Field, Model, QuerySet
from django.db.models.base import ModelState

from krafter_audit.lib.postgres.base import DatabaseWrapper

AT_ONCE = 100  # rows of one INSERT
SLOT = re.compile(r"%\((\w+)\)s")


class Slot(Expression):
    """A parameter that is named now and given later."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=None)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Leave a place for the value."""
        return "%s", (self,)


class Statement:
    """A query whose text never changes. `build` returns it, mostly as `.values_list(…)`, when it is first run.

    Rows are tuples as PostgreSQL's driver reads them: UUIDs, datetimes in UTC, JSON as its text.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...], type[Any], bool]:
        rows = self._build()
        sql, params = rows.query.get_compiler(connection=connections["default"]).as_sql()
        return sql, tuple(params), rows.model, rows.query.select_for_update

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query with a value for every slot."""
        sql, params, model, locks = self._compiled
        given = [values[one.name] if isinstance(one, Slot) else one for one in params]
        return _run(sql, given, router.db_for_write(model) if locks else router.db_for_read(model))

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return next(iter(self.rows(**values)), None)


class Locking[M: Model]:
    """A row of a model by its id, locked until the transaction ends.

    With `under`, foreign keys that lead from row to row, one statement locks all of them, the farthest first:
    PostgreSQL locks in the order in which they are named, and what it waits for comes back as it is by then. Fields in
    `without`, written as a filter would name them, are read when somebody asks for them.
    """

    def __init__(self, model: type[M], *under: str, without: Sequence[str] = ()) -> None:
        self._under, self._without = under, without
        self._parts: list[tuple[type[Model], list[Field[Any, Any]]]] = []
        at: type[Model] = model
        for length in range(len(under) + 1):
            at = cast("type[Model]", at._meta.get_field(under[length - 1]).related_model) if length else at
            path = "".join(f"{name}__" for name in under[:length])
            fields = [field for field in at._meta.concrete_fields if f"{path}{field.name}" not in without]
            self._parts.append((at, fields))
        self._found = Statement(self._rows)

    def _rows(self) -> QuerySet[Any, Any]:
        paths = ["__".join(self._under[:length]) for length in range(len(self._under), 0, -1)]
        rows = self._parts[0][0]._default_manager.filter(pk=Slot("pk")).defer(*self._without)
        return (rows.select_related(paths[0]) if paths else rows).select_for_update(of=(*paths, "self"))

    def first(self, pk: Any) -> M | None:
        """Return the row as a model, with those it belongs to, or None."""
        found = self._found.first(pk=pk)
        if found is None:
            return None
        rows = []
        for model, fields in self._parts:
            rows.append(_loaded(model, fields, found[: len(fields)]))
            found = found[len(fields) :]
        for name, row, above in zip(self._under, rows, rows[1:], strict=False):
            setattr(row, name, above)
        return cast(M, rows[0])


def _loaded(model: type[Model], fields: Sequence["Field[Any, Any]"], found: Sequence[Any]) -> Model:
    alias = router.db_for_write(model)
    # As `from_db` does, without the constructor, which looks at each field of the model: half of what locking costs.
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, alias
    for field, value in zip(fields, found, strict=True):
        read = getattr(field, "from_db_value", None)
        row.__dict__[field.attname] = read(value, None, connections[alias]) if read else value
    return row


class Text:
    """A query in words of its own, for what Django's cannot say. `%(name)s` is a slot; `model` tells the database.

    `prepare=False` is for a text that is not run again, or that must be planned for the very values.
    """

    def __init__(self, sql: str, model: type[Model], *, prepare: bool = True) -> None:
        self._sql, self.model, self._prepare = sql, model, prepare

    def sql(self, mark: str) -> str:
        """Return the statement; its slots begin with `mark`."""
        return SLOT.sub(rf"%({mark}\1)s", self._sql)

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query with a value for every slot."""
        return _run(self._sql, values, router.db_for_read(self.model), prepare=self._prepare)

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return next(iter(self.rows(**values)), None)

    def write(self, **values: Any) -> int:
        """Run a change with a value for every slot; return how many rows it touched."""
        connection = cast(DatabaseWrapper, connections[router.db_for_write(self.model)])
        with connection.prepared_cursor() as cursor:
            cursor.execute(self._sql, values)
            return int(cursor.rowcount)


class Updating:
    """Some columns of one row, written from a model; `names` are its fields. What a field sets by itself, it sets."""

    def __init__(self, model: type[Model], names: Sequence[str]) -> None:
        self.model = model
        self._fields = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in names]
        places = ", ".join(f"{field.column} = %({field.attname})s" for field in self._fields)
        table, key = model._meta.db_table, model._meta.pk.column
        # S608 is silenced: these are names of our own tables.
        self.text = Text(f"UPDATE {table} SET {places} WHERE {key} = %(key)s RETURNING 1", model)  # noqa: S608

    def given(self, row: Model) -> dict[str, Any]:
        """Return the value of each slot."""
        connection = connections[router.db_for_write(self.model)]
        values = {
            field.attname: field.get_db_prep_save(field.pre_save(row, add=False), connection)
            for field in self._fields
        }
        return {**values, "key": row.pk}


class Inserting:
    """Many rows of a model by few statements with one parameter: JSON that PostgreSQL takes apart by the table's types.

    A tenth of the work of an INSERT with a place for every value. `conflict` is its ON CONFLICT clause.
    """

    def __init__(self, model: type[Model], *, conflict: str = "") -> None:
        meta = model._meta
        # What the database numbers by itself is left to it.
        self._names = [field.attname for field in meta.concrete_fields if not isinstance(field, AutoField)]
        columns = ", ".join(self._names)
        self._text = Text(
            f"INSERT INTO {meta.db_table} ({columns}) SELECT {columns}"  # noqa: S608 - names of our own tables
            f" FROM json_populate_recordset(NULL::{meta.db_table}, %(rows)s) {conflict} RETURNING id",
            model,
        )

    def write(self, rows: Iterable[Model]) -> list[Any]:
        """Write the rows; return the ids of those that were written."""
        # Some at a time: a thousand of them, as text here and there on their way, would be megabytes.
        return [key for some in batched(rows, AT_ONCE) for key in self._written(some)]

    def _written(self, rows: Iterable[Model]) -> Iterator[Any]:
        values = ",".join(_json({name: getattr(row, name) for name in self._names}) for row in rows)
        return (key for (key,) in self._text.rows(rows=f"[{values}]"))


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # numbers beyond 64 bits
        return json.dumps(value, ensure_ascii=False, default=str)


def _run(
    sql: str, given: Sequence[Any] | Mapping[str, Any], alias: str, *, prepare: bool = True
) -> list[Any]:
    connection = cast(DatabaseWrapper, connections[alias])
    with connection.prepared_cursor() if prepare else connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cast("list[Any]", cursor.fetchall())
