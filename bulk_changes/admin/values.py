from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import User
from krafter_audit.admin.field_values import field_label, value_in_words

HIDDEN_FIELDS = frozenset({"sla_from_policy", "updated_at"})  # recorded for the undo
type Effect = tuple[str, str, str]  # field, value before, value after


def owner_names(ids: Iterable[Any]) -> dict[str, str]:
    users = User.objects.filter(pk__in=set(filter(None, ids)))
    return {str(user.pk): str(user) for user in users}


def with_details(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a bulk change with the values inside its details."""
    plain: dict[str, Any] = {}
    for name, value in changes.items():
        if isinstance(value, dict):
            plain |= {inner: detail for inner, detail in value.items() if detail not in (None, "")}
        else:
            plain[name] = value
    return plain


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
