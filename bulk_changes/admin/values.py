"""The values of rows in words, for pages about bulk changes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format

from accounts.models import User
from bulk_changes.decisions import Summary
from krafter_audit.admin.text import in_utc, status_label

FIELD_LABELS = {"owner_id": "Owner", "sla_due_at": "Due"}
HIDDEN_FIELDS = frozenset({"sla_from_policy", "updated_at"})  # recorded for the undo
Effect = tuple[str, str, str]  # field, value before, value after


def field_label(name: str) -> str:
    return FIELD_LABELS.get(name, name.replace("_", " ").capitalize())


def owner_names(ids: Iterable[Any]) -> dict[str, str]:
    """Return the names of users by their ids."""
    users = User.objects.filter(pk__in={each for each in ids if each})
    return {str(user.pk): str(user) for user in users}


def with_details(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a bulk change with those of its details, which are objects, beside them."""
    plain: dict[str, Any] = {}
    for name, value in changes.items():
        if isinstance(value, dict):
            plain |= {inner: each for inner, each in value.items() if each not in (None, "")}
        else:
            plain[name] = value
    return plain


def value_in_words(name: str, value: Any, owners: Mapping[str, str]) -> str:
    if value is None:
        return "none"
    if name == "comment":
        return str(value)
    if name == "owner_id":
        return owners.get(str(value), str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "accepted_until":
        return date_format(date.fromisoformat(value))
    if name == "sla_due_at":
        return in_utc(value if isinstance(value, datetime) else datetime.fromisoformat(value))
    return status_label(str(value))


def effects_in_words(
    before: Mapping[str, Any], after: Mapping[str, Any], owners: Mapping[str, str]
) -> list[Effect]:
    return [
        (
            field_label(name),
            value_in_words(name, before.get(name), owners),
            value_in_words(name, value, owners),
        )
        for name, value in after.items()
        if name not in HIDDEN_FIELDS
    ]


def summary_owners(summary: Summary) -> dict[str, str]:
    pairs = [pair for field, *pair in summary.effects if field == "owner_id"]
    return owner_names(value for pair in pairs for value in pair if isinstance(value, UUID))
