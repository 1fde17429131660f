"""Reading evidence in a template: its parts are free-form, and what has another form than expected shows nothing."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def named(people: dict[str, Any], who: Any) -> str:
    """Name the person of `{kind, user_id}`; by the id where the person is not known any more."""
    if not isinstance(who, dict):
        return "nobody"
    user_id = who.get("user_id")
    person = people.get(str(user_id), {})
    return person.get("name") or person.get("email") or str(user_id or who.get("kind"))


@register.filter
def pairs(value: Any) -> list[tuple[Any, Any]]:
    """Return the pairs of an object."""
    return list(value.items()) if isinstance(value, dict) else []


@register.filter
def listed(value: Any) -> list[Any]:
    """Return what is in a list."""
    return value if isinstance(value, list) else []


@register.filter
def at(known: dict[str, Any], name: Any) -> Any:
    """Return what is known under a name."""
    return known.get(name) if isinstance(name, str) else None
