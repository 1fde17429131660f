import json
from collections.abc import Iterator
from typing import Any

from remediation.policy_sections.declarations import FieldKind, PolicyField, fields_by_name, sections

ABSENT = object()
SINGULAR = {"hours": "hour", "people": "person", "requests per second": "request per second"}


def changes(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """Return the changed values of two configs: label, value before and after, in words."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    paths = [*old, *(path for path in new if path not in old)]
    return [
        (_label(path), _in_words(path, old.get(path, ABSENT)), _in_words(path, new.get(path, ABSENT)))
        for path in paths
        if json.dumps(old.get(path, "")) != json.dumps(new.get(path, "")) or (path in old) != (path in new)
    ]


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif path:
        yield path, value


def _label(path: tuple[str, ...]) -> str:
    field = fields_by_name().get(".".join(path))
    titles = {section.name: section.title for section in sections()}
    title = titles.get(path[0], path[0])
    return " · ".join([title, *([field.label] if field else path[1:])])


def _in_words(path: tuple[str, ...], value: Any) -> str:
    field = fields_by_name().get(".".join(path))
    if value is ABSENT:
        return _default_in_words(field) if field else "none"
    if field is None:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        labels: dict[str, str] = dict(field.choices)
        return ", ".join(str(labels.get(item, item)) for item in value) or "none"
    if field.kind == FieldKind.FLAG and isinstance(value, bool):
        return "yes" if value else "no"
    if field.kind == FieldKind.TEXT and isinstance(value, str):
        return value
    if field.kind == FieldKind.CHOICE and isinstance(value, str) and value in dict(field.choices):
        return dict(field.choices)[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        unit = SINGULAR.get(field.unit, field.unit) if value == 1 else field.unit
        number = f"{value:g}" if isinstance(value, float) else str(value)
        return f"{number} {unit}".strip()
    return json.dumps(value, ensure_ascii=False)


def _default_in_words(field: PolicyField) -> str:
    if field.kind == FieldKind.FLAG:
        return "yes" if field.default else "no"
    return f"{field.empty} {field.unit if field.empty[:1].isdigit() else ''}".strip().lower() or "none"


def impact_in_words(simulation: dict[str, Any]) -> list[tuple[str, int]]:
    """Return sentences about a simulation with their numbers of rows."""
    tasks = simulation["tasks"]
    counted = [
        *(
            (f"Open findings change from {change['from']} to {change['to']}", change["findings"])
            for change in simulation["severities"]
        ),
        ("Due dates of tasks move", tasks["moved"]),
        ("Tasks get a due date", tasks["added"]),
        ("Tasks lose their due date", tasks["removed"]),
        ("Tasks are overdue at once", tasks["overdue_at_once"]),
    ]
    return [(sentence, rows) for sentence, rows in counted if rows]
