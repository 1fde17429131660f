"""Status transitions: which status may follow which."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils import timezone


class InvalidTransition(Exception):
    """The table does not allow this change of status: a defect in a service, not a client's error."""


class ProtectedStatus(AttributeError):
    """A status was assigned without the transition table."""


class StatusTransitions:
    """The allowed changes of one status field: `{start: {end, …}}`."""

    def __init__(self, field: str, table: Mapping[str, Collection[str]]) -> None:
        self.field = field
        self.table = {str(start): frozenset(str(end) for end in ends) for start, ends in table.items()}

    def allows(self, start: str, end: str) -> bool:
        # Keeping the status is always allowed: repeated requests are idempotent.
        return start == end or end in self.table[start]

    def apply(self, row: models.Model, end: str, **changes: Any) -> None:
        """Change the status of a locked row, and save it with `changes`."""
        self._require(type(row), getattr(row, self.field), end)
        # Past the attribute, which refuses assignment.
        row.__dict__[self.field] = end
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=[self.field, *changes, "updated_at"])

    def apply_all(self, rows: Sequence[models.Model], end: str) -> None:
        """Change the status of locked rows of one model by one UPDATE."""
        if not rows:
            return
        found = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
        now = timezone.now()
        self.update(found, {getattr(row, self.field) for row in rows}, end, updated_at=now)
        for row in rows:
            # Past the attribute, which refuses assignment.
            row.__dict__ |= {self.field: end, "updated_at": now}

    def update(
        self, rows: models.QuerySet[Any], start: str | Collection[str], end: str, **changes: Any
    ) -> int:
        """Change the status of the rows that have a `start` status; return their number."""
        starts = {start} if isinstance(start, str) else set(start)
        for status in starts:
            self._require(rows.model, status, end)
        if starts != {end}:
            changes.setdefault("updated_at", timezone.now())
        return rows.filter(**{f"{self.field}__in": starts}).update(**{self.field: end, **changes})

    def _require(self, model: type[models.Model], start: str, end: str) -> None:
        if not self.allows(start, end):
            raise InvalidTransition(f"{model._meta.label}.{self.field}: {start} → {end}")


class ProtectedAttribute(DeferredAttribute):
    """A status: set by construction and by loading, then read-only."""

    def __set__(self, row: models.Model, value: str) -> None:
        name = self.field.attname
        if name in row.__dict__ and not getattr(row, "is_refreshing", False):
            raise ProtectedStatus(f"{row._meta.label}.{name} is changed only by its StatusTransitions.")
        row.__dict__[name] = value


class StatusField(models.CharField):
    """A status that only its `StatusTransitions` change."""

    descriptor_class = ProtectedAttribute

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs  # migrations need no import of this class
