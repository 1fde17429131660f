"""Filters that read free-form evidence. A value with an unexpected type is shown as nothing."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def actor_name(people: dict[str, Any], actor: Any) -> str:
    """Return the name of the actor `{kind, user_id}`, or the id of a deleted person."""
    if not isinstance(actor, dict):
        return "unknown"
    user_id = actor.get("user_id")
    person = people.get(str(user_id), {})
    return person.get("name") or person.get("email") or str(user_id or actor.get("kind"))


@register.filter
def items(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


@register.filter
def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@register.filter
def lookup(values: dict[str, Any], name: Any) -> Any:
    return values.get(name) if isinstance(name, str) else None
