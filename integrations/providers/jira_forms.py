"""What a task says in the fields of an issue, as far as the project's form offers them."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from integrations.providers import adf
from integrations.providers.base import Draft

LONGEST_SUMMARY = 255
PRIORITIES = {
    "critical": ("highest", "blocker", "critical", "urgent", "p1"),
    "high": ("high", "critical", "major", "p2"),
    "medium": ("medium", "major", "normal", "moderate", "p3"),
    "low": ("low", "minor", "lowest", "trivial", "p4"),
}
FOLLOWS = {"duedate": {"due"}, "priority": {"priority"}, "description": {"due", "priority", "text"}}


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
