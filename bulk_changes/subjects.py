"""Models whose rows can be changed in bulk, registered by the app of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.actors import Actor
from krafter_audit.api.errors import ApiError

type Row = Mapping[str, Any]  # the values of a row by column, with `pk`, `title` and `updated_at`


@dataclass(frozen=True)
class ChangeContext:
    by: Actor
    details: Mapping[str, Any] = field(default_factory=dict)  # JSON about a change of the status
    is_undo: bool = False


@dataclass(frozen=True)
class Subject:
    """How the rows of a model are changed."""

    name: str
    model: type[Model]
    fields: tuple[str, ...]
    # The rule: the error that refuses a change of a row, given the values that it would have.
    refusal: Callable[[Row, Mapping[str, Any]], ApiError | None]
    # Changes locked rows.
    write: Callable[[Sequence[Row], Mapping[str, Any], ChangeContext], None]
    columns: tuple[str, ...] = ()  # further columns that `refusal` and `write` read
    explained_fields: Mapping[str, str] = field(default_factory=dict)  # column → the field that it explains
    single_row_fields: tuple[str, ...] = ("title",)  # fields that only a change of a single row sets
    # Names of relations whose rows are created by the system: the undo of a creation deletes them with the row.
    system_relations: tuple[str, ...] = ()
    # Locks the rows that come first in the order of locks.
    lock_parents: Callable[[Sequence[UUID]], None] = lambda pks: None
    # Returns another row that changes with a row, as `(id, sentence)`.
    consequence: Callable[[Row, Mapping[str, Any]], tuple[UUID, str] | None] = lambda row, after: None
    # Gets the values that a change has set, by row, and its time. Returns a sentence for each row that cannot be
    # restored although it still has these values.
    undo_obstacles: Callable[[Mapping[UUID, Mapping[str, Any]], datetime], Mapping[UUID, str]] = (
        lambda values, since: {}
    )

    @property
    def all_columns(self) -> tuple[str, ...]:
        return ("pk", "title", "updated_at", *self.fields, *self.columns)


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Register a subject. Call it when the app is ready."""
    _subjects[subject.name] = subject


def get_subject(name: str) -> Subject:
    return _subjects[name]
