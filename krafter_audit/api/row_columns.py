"""Answers straight from columns: what a `ResponseSerializer` says of a row, without a model or the fields' work.

The serializer stays the one description of an answer (and of the API's schema); the columns are derived from it
once, and a test holds both against each other. JSON that is shown as it is stored is not parsed: PostgreSQL's text
goes into the answer.
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
from krafter_audit.http.json_encoding import load_json

Context = Mapping[str, Any]
Maker = Callable[[Sequence[Any], Context], Any]
OF_THE_PROJECT = ("org_id", "project_id")


class Columns:
    """The columns that a serializer shows, and how a row of them is written. The first two are id and updated_at."""

    def __init__(self, shown: type[serializers.ModelSerializer[Any]]) -> None:
        self.model: type[Model] = shown.Meta.model
        self.names = ["id", "updated_at"]
        self._serializer = shown()
        self._makers = [(name, self._maker(name, field)) for name, field in self._serializer.fields.items()]

    def one(self, project_id: UUID, pk: UUID) -> tuple[Any, ...] | None:
        """Read one row of a project. As SQL, since building the query with the ORM is a third of the request."""
        # S608 is silenced: these are names of our own tables and columns.
        sql = f"SELECT {', '.join(self._sql)} FROM {self.model._meta.db_table} WHERE id = %s AND project_id = %s"  # noqa: S608
        return next(iter(fetch_all(sql, [pk, project_id], model=self.model)), None)

    @cached_property
    def _sql(self) -> list[str]:
        return [
            f"{field.column}::text" if isinstance(field, JSONField) else str(field.column)
            for field in (cast("Field[Any, Any]", self.model._meta.get_field(name)) for name in self.names)
        ]

    def of(self, rows: QuerySet[Any, Any], also: Iterable[str] = ()) -> QuerySet[Any, Any]:
        """Return `rows` as tuples of these columns, and of those in `also` at the end."""
        return rows.values_list(*(self._expression(name) for name in self.names), *also)

    def show(self, row: Sequence[Any], context: Context) -> dict[str, Any]:
        """Return what the serializer says of a row."""
        return {name: make(row, context) for name, make in self._makers}

    def _expression(self, name: str) -> Any:
        # As text: Django would parse each value, and the answer would write it again.
        return Cast(name, TextField()) if self._is_json(name) else name

    def _is_json(self, name: str) -> bool:
        return isinstance(self.model._meta.get_field(name), JSONField)

    def _place(self, name: str) -> int:
        self.model._meta.get_field(name)  # what is no column cannot be shown from one
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def _maker(self, name: str, field: Any) -> Maker:
        if name in OF_THE_PROJECT:
            return _organization_id if name == "org_id" else _slug
        if field.source == "*":
            parts = [(part, self._place(part)) for part in getattr(field, "fields", ())]
            return lambda row, context: {part: row[place] for part, place in parts}
        place = self._place(field.source)
        if not self._is_json(field.source):
            return lambda row, context: row[place]
        arrange = _arranged(field)
        return lambda row, context: arrange(row[place])


def _organization_id(row: Sequence[Any], context: Context) -> str:
    return str(context["organization"].pk)


def _slug(row: Sequence[Any], context: Context) -> str:
    return str(context["project"].slug)


def _arranged(field: Any) -> Callable[[str], Any]:
    """Return how stored JSON is brought into the order of the contract: PostgreSQL sorts keys in its own way."""
    if isinstance(field, serializers.ListSerializer):
        names = list(cast("serializers.Serializer[Any]", field.child).fields)
        return lambda text: [{name: item[name] for name in names} for item in load_json(text)]
    if isinstance(field, serializers.Serializer):
        names = list(field.fields)
        return lambda text: _ordered(load_json(text), names)
    return orjson.Fragment


def _ordered(value: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value[name] for name in names}


_known: dict[type[Any], Columns | None] = {}


def columns(shown: type[Any]) -> Columns | None:
    """Return the columns of a serializer; None for one that shows more than what stands in its table."""
    if shown not in _known:
        _known[shown] = _derived(shown)
    return _known[shown]


def _derived(shown: type[Any]) -> Columns | None:
    if not issubclass(shown, serializers.ModelSerializer):
        return None
    fields = shown().fields.items()
    methods = {name for name, field in fields if isinstance(field, serializers.SerializerMethodField)}
    try:
        return Columns(shown) if methods <= set(OF_THE_PROJECT) else None
    except FieldDoesNotExist:
        return None
