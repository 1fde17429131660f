"""Which status may follow which, as a table beside the status; nobody else assigns a status."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from django.db import models

from krafter_audit.db.statements import Updating
from krafter_audit.lib.together import do


class ForbiddenMove(Exception):
    """A move that the table does not have: a defect in a service, never a client's fault."""


class Lifecycle:
    """The moves of one status field: `{from: {to, …}}`. Staying where one is, is always allowed."""

    def __init__(self, field: str, moves: Mapping[str, Collection[str]]) -> None:
        self.field = field
        self.moves = {str(start): frozenset(str(end) for end in ends) for start, ends in moves.items()}

    def allows(self, start: str, end: str) -> bool:
        """Tell whether `end` may follow `start`."""
        return start == end or end in self.moves[start]

    def move(self, row: models.Model, end: str, **changes: Any) -> None:
        """Set the status and `changes` on a locked row and save just those fields."""
        start = getattr(row, self.field)
        if not self.allows(start, end):
            raise ForbiddenMove(f"{row._meta.label}.{self.field}: {start} → {end}")
        for name, value in {self.field: end, **changes}.items():
            setattr(row, name, value)
        if any(hasattr(value, "resolve_expression") for value in changes.values()):
            row.save(update_fields=[self.field, *changes, "updated_at"])  # a value that the database reckons
        else:
            update = _written(type(row), self.field, *changes, "updated_at")
            do(update.text, moves=f"{row._meta.label} {row.pk}", **update.given(row))


@lru_cache(maxsize=128)
def _written(model: type[models.Model], *names: str) -> Updating:
    """Return the statement for these fields: a model's own `save` writes its text anew each time."""
    return Updating(model, names)
