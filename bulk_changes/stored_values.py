"""The exact values of a row, so that an undo can compare and restore them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON; times keep their microseconds, which Django's encoder would cut off."""
    return {name: _value_to_json(value) for name, value in values.items()}


def _value_to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def from_json(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored values as the model's fields have them."""
    return {name: _field(model, name).to_python(value) for name, value in values.items()}


def _field(model: type[Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == name)
