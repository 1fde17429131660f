from typing import Any

from django.db import models
from django.utils import timezone


def set_null_and_updated_at(collector: Any, field: "models.Field[Any, Any]", rows: Any, using: str) -> None:
    """Set `updated_at`, then the foreign key to NULL."""
    updated_at = field.model._meta.get_field("updated_at")
    # Counters record this time.
    collector.add_field_update(updated_at, timezone.now(), rows)
    collector.add_field_update(field, None, rows)
