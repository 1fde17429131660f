"""Read and write the fields of a policy's config; all that has no field stays as it is."""

import copy
from collections.abc import Mapping
from typing import Any

from remediation.policy_sections.declarations import FieldKind, PolicyField, fields_by_name

type Config = dict[str, Any]


def shown_value(config: Config, field: PolicyField) -> Any:
    """Return the value that a form shows: of an invalid or absent one the empty value of its kind."""
    value: Any = config
    for key in field.path:
        value = value.get(key) if isinstance(value, dict) else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    listed = value if isinstance(value, list) else []
    match field.kind:
        case FieldKind.CHOICE:
            return value if isinstance(value, str) and value in dict(field.choices) else ""
        case FieldKind.CHOICES:
            return [choice for choice, _ in field.choices if choice in listed]
        case FieldKind.NUMBER:
            return value if is_number else None
        case FieldKind.WHOLE_NUMBER:
            return value if is_number and isinstance(value, int) else None
        case FieldKind.FLAG:
            return value if isinstance(value, bool) else field.default
        case FieldKind.WORDS:
            return ", ".join(word for word in listed if isinstance(word, str))
        case FieldKind.TEXT:
            return value if isinstance(value, str) else ""


def edited(config: Config, values: Mapping[str, Any]) -> Config:
    """Return the config with the values of the form, by field name."""
    changed = copy.deepcopy(config)
    for name, field in fields_by_name().items():
        # Values that the form cannot show are kept.
        if name in values and values[name] != shown_value(config, field):
            _write(changed, field, _as_json(field, values[name]))
    return changed


def _write(config: Config, field: PolicyField, value: Any) -> None:
    *sections, key = field.path
    parents = [config]
    for name in sections:
        if not isinstance(parents[-1].get(name), dict):
            parents[-1][name] = {}
        parents.append(parents[-1][name])
    if value is None:
        parents[-1].pop(key, None)
    else:
        parents[-1][key] = value
    # Sections that are empty now go, the innermost first.
    for name, outer, inner in reversed(list(zip(sections, parents, parents[1:], strict=False))):
        if not inner:
            del outer[name]


def _as_json(field: PolicyField, value: Any) -> Any:
    """Return what is stored; None removes the key."""
    if field.kind == FieldKind.WORDS:
        value = words(value)
    if field.kind == FieldKind.FLAG:
        return None if value == field.default else value
    if isinstance(value, float) and value.is_integer():  # forms read 12 as 12.0
        return int(value)
    return None if value in (None, "", []) else value


def words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
