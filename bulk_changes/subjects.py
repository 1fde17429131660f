"""What can be changed in bulk, registered by the app of each model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.actors import Actor
from krafter_audit.api.errors import ApiError

Row = Mapping[str, Any]  # the values of a row by column, with `pk`, `title` and `updated_at`


@dataclass(frozen=True)
class ChangeContext:
    """Who changes rows, whether that is an undo, and JSON `details` of the change of their status."""

    by: Actor
    details: Mapping[str, Any] = field(default_factory=dict)
    is_undo: bool = False


@dataclass(frozen=True)
class Subject:
    """How the rows of a model are changed: `refusal` is the rule, and `write` changes locked rows.

    `columns` are further columns that both read, `own_fields` fields that only a change of a single row sets.
    `lock_parents` locks what comes before the rows in the order of locks; `consequence` returns what else changes
    with a row, as `(id, sentence)`. `undo_obstacles` gets the values that a change has set, by row, and its time; it
    returns why rows cannot be restored although these values are still the same, as sentences by row.
    """

    name: str
    model: type[Model]
    fields: tuple[str, ...]
    refusal: Callable[[Row, Mapping[str, Any]], ApiError | None]
    write: Callable[[Sequence[Row], Mapping[str, Any], ChangeContext], None]
    columns: tuple[str, ...] = ()
    own_fields: tuple[str, ...] = ("title",)
    lock_parents: Callable[[Sequence[UUID]], None] = lambda pks: None
    consequence: Callable[[Row, Mapping[str, Any]], tuple[UUID, str] | None] = lambda row, after: None
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


def subject_named(name: str) -> Subject:
    return _subjects[name]
