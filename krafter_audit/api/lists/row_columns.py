"""Represent rows from their columns, without serializer fields; in lists without models too.

Lists and single rows take about 0.6 of the CPU of a bare DRF view (docs/benchmarks.md).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import orjson
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, JSONField, Model, QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework import serializers

from krafter_audit.db.sql import fetch_all
from krafter_audit.http.json_encoding import dump_json, load_json

type Context = Mapping[str, Any]
type Getter = Callable[[Sequence[Any], Context], Any]
PROJECT_FIELDS = ("org_id", "project_id")


class RowColumns:
    """The columns that a serializer represents, id and updated_at first."""

    def __init__(self, serializer_class: type[serializers.ModelSerializer[Any]]) -> None:
        self.model: type[Model] = serializer_class.Meta.model
        self.names = ["id", "updated_at"]
        # Derived from the serializer, so that each field is declared once; a test compares both representations.
        fields = serializer_class().fields.items()
        self._getters = [(name, self._getter(name, field)) for name, field in fields]

    def fetch_one(self, project_id: UUID, pk: UUID) -> tuple[Any, ...] | None:
        """Return one row of a project; None if there is none."""
        # SQL: building the query by the ORM is a third of the request. S608: the names are those of our own columns.
        sql = f"SELECT {', '.join(self._sql)} FROM {self.model._meta.db_table} WHERE id = %s AND project_id = %s"  # noqa: S608
        return next(iter(fetch_all(sql, [pk, project_id], model=self.model)), None)

    @cached_property
    def _sql(self) -> list[str]:
        return [
            f"{field.column}::text" if isinstance(field, JSONField) else str(field.column)
            for field in (cast("Field[Any, Any]", self.model._meta.get_field(name)) for name in self.names)
        ]

    def select(self, rows: QuerySet[Any, Any], extra: Iterable[str] = ()) -> QuerySet[Any, Any]:
        """Return `rows` as tuples of these columns, followed by `extra`."""
        return rows.values_list(*(self._expression(name) for name in self.names), *extra)

    def represent(self, row: Sequence[Any], context: Context) -> dict[str, Any]:
        """Return what `to_representation` of the serializer returns for the row."""
        return {name: get(row, context) for name, get in self._getters}

    def represent_model(self, row: Model, context: Context) -> dict[str, Any]:
        """Return what `to_representation` of the serializer returns for a loaded row."""
        values = [(name, getattr(row, name)) for name in self.names]
        return self.represent(
            [dump_json(value) if self._is_json(name) else value for name, value in values], context
        )

    def _expression(self, name: str) -> Any:
        return Cast(name, TextField()) if self._is_json(name) else name

    def _is_json(self, name: str) -> bool:
        return isinstance(self.model._meta.get_field(name), JSONField)

    def _index(self, name: str) -> int:
        if name not in {field.attname for field in self.model._meta.concrete_fields}:
            raise FieldDoesNotExist(f"{name} is no column of {self.model._meta.db_table}.")
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def _getter(self, name: str, field: Any) -> Getter:
        if name == "org_id":
            return lambda row, context: str(context["organization"].pk)
        if name == "project_id":
            return lambda row, context: str(context["project"].slug)
        if field.source == "*":
            parts = [(part, self._index(part)) for part in getattr(field, "fields", ())]
            return lambda row, context: {part: row[index] for part, index in parts}
        index = self._index(field.source)
        if not self._is_json(field.source):
            return lambda row, context: row[index]
        load = _json_loader(field)
        return lambda row, context: load(row[index])


def _json_loader(field: Any) -> Callable[[str | bytes], Any]:
    # jsonb sorts keys its own way; the API has them in the serializer's order.
    if isinstance(field, serializers.ListSerializer):
        names, load = _typed(cast("serializers.Serializer[Any]", field.child))
        return lambda text: [_ordered(item, names) for item in load(text)]
    if isinstance(field, serializers.Serializer):
        names, load = _typed(field)
        return lambda text: _ordered(load(text), names)
    # Free-form JSON is passed through as PostgreSQL's text.
    return orjson.Fragment


def _typed(serializer: "serializers.Serializer[Any]") -> tuple[list[str], Callable[[str | bytes], Any]]:
    fields = serializer.fields
    # orjson is five times faster, but loses integers beyond 64 bits, which only free-form JSON can have.
    is_free_form = any(isinstance(field, serializers.JSONField) for field in fields.values())
    return list(fields), load_json if is_free_form else orjson.loads


def _ordered(value: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value[name] for name in names}


# Not functools.cache: to mypy, a class of serializers is not hashable.
_CACHE: dict[type[Any], RowColumns | None] = {}


def row_columns(serializer_class: type[Any]) -> RowColumns | None:
    """Return a serializer's columns; None if it represents more than columns of its table."""
    if serializer_class not in _CACHE:
        _CACHE[serializer_class] = _row_columns(serializer_class)
    return _CACHE[serializer_class]


def represent_rows(
    serializer_class: type[Any], rows: QuerySet[Any, Any], context: Context
) -> list[dict[str, Any]]:
    """Return rows as a serializer represents them that has columns only."""
    columns = cast("RowColumns", row_columns(serializer_class))
    return [columns.represent(row, context) for row in columns.select(rows)]


def _row_columns(serializer_class: type[Any]) -> RowColumns | None:
    if not issubclass(serializer_class, serializers.ModelSerializer):
        return None
    fields = serializer_class().fields.items()
    methods = {name for name, field in fields if isinstance(field, serializers.SerializerMethodField)}
    try:
        return RowColumns(serializer_class) if methods <= set(PROJECT_FIELDS) else None
    except FieldDoesNotExist:
        return None
