"""What a task says in the fields of an issue, as far as the project's form offers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from integrations.providers.base import Draft
from integrations.providers.jira import adf

LONGEST_SUMMARY = 255
PRIORITIES = {
    "critical": ("highest", "blocker", "critical", "urgent", "p1"),
    "high": ("high", "critical", "major", "p2"),
    "medium": ("medium", "major", "normal", "moderate", "p3"),
    "low": ("low", "minor", "lowest", "trivial", "p4"),
}
FOLLOWS = {"duedate": {"due"}, "priority": {"priority"}, "description": {"due", "priority", "text"}}


@dataclass(frozen=True)
class Kind:
    """A type of issue. `name` is in lower case; `is_plain`: it is neither a part of others nor their roof."""

    id: str
    name: str
    is_plain: bool


def kind_of(read: Any) -> Kind:
    """Read a type of issue."""
    is_plain = not read.get("subtask") and not read.get("hierarchyLevel")
    return Kind(str(int(read["id"])), str(read.get("name") or "").strip().lower(), is_plain)


def kind_named(kinds: Sequence[Kind], named: Any) -> str | None:
    """Return the id of the type that the credentials name, else of "Task", else of the first plain one."""
    wanted = str(named or "").strip().lower()
    by_name = {kind.name: kind.id for kind in kinds}
    if wanted:
        return by_name.get(wanted)
    return by_name.get("task") or next((kind.id for kind in kinds if kind.is_plain), None)


def field_of(read: Any) -> tuple[str, Any]:
    """Read a field of a form: its id and its metadata."""
    return str(read["fieldId"]), read


def summary(draft: Draft) -> str:
    """Return a task's title as Jira takes it: one line of at most 255 characters."""
    return " ".join(draft.title.split())[:LONGEST_SUMMARY]


def values(draft: Draft, offered: Mapping[str, Any], present: Any = None) -> dict[str, Any]:
    """Return the fields of a form that a task fills; Jira refuses a whole request for one that is not on it.

    `offered`: field → its metadata; `present`: the description as it is. A due date and a priority that the
    form does not offer stand in the description alone.
    """
    due = draft.due.astimezone(UTC).date().isoformat() if draft.due else None
    filled = {"description": adf.merged(present, draft), "duedate": due}
    priority = _priority(draft.priority, offered.get("priority"))
    if priority:
        filled["priority"] = {"id": priority}
    return {name: value for name, value in filled.items() if name in offered}


def changes(issue: Any, draft: Draft, changed: set[str]) -> dict[str, Any]:
    """Return what is to be edited of an issue that was read with its `editmeta`."""
    offered = (issue.get("editmeta") or {}).get("fields") or {}
    filled = values(draft, offered, issue["fields"].get("description"))
    edited = {name: value for name, value in filled.items() if FOLLOWS[name] & changed}
    return {**edited, "summary": summary(draft)} if "title" in changed else edited


def _priority(word: str, form: Any) -> str | None:
    """Return the id of the priority that has one of the usual names; others are each company's own."""
    allowed = (form or {}).get("allowedValues") or []
    known = {str(each.get("name") or "").strip().lower(): str(each["id"]) for each in allowed}
    return next((known[name] for name in PRIORITIES.get(word, ()) if name in known), None)
