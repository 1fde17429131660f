"""A task in the fields of a Jira issue, as far as the screens offer them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.providers.jira import adf
from integrations.providers.tickets import CAMPAIGN_LABEL, campaign_label, cut_to_utf16
from integrations.providers.types import TicketDraft

MAX_SUMMARY_LENGTH = MAX_LABEL_LENGTH = 255
PRIORITIES = {
    "critical": ("highest", "blocker", "critical", "urgent", "p1"),
    "high": ("high", "critical", "major", "p2"),
    "medium": ("medium", "major", "normal", "moderate", "p3"),
    "low": ("low", "minor", "lowest", "trivial", "p4"),
}
DRAFT_FIELDS = {
    "duedate": {"due"},
    "priority": {"priority"},
    "description": {"due", "priority", "text"},
    "labels": {"campaigns"},
}


@dataclass(frozen=True)
class IssueType:
    id: str
    name: str
    is_standard: bool  # neither a sub-task nor an epic


def read_issue_type(body: Any) -> IssueType:
    is_standard = not body.get("subtask") and not body.get("hierarchyLevel")
    return IssueType(str(int(body["id"])), str(body.get("name") or "").strip().lower(), is_standard)


def choose_issue_type(types: Sequence[IssueType], name: Any) -> str | None:
    """Return the id of the named type, else of "Task", else of the first standard type."""
    wanted = str(name or "").strip().lower()
    ids = {issue_type.name: issue_type.id for issue_type in types}
    if wanted:
        return ids.get(wanted)
    return ids.get("task") or next((issue_type.id for issue_type in types if issue_type.is_standard), None)


def summary(draft: TicketDraft) -> str:
    # Jira accepts one line of at most 255 characters.
    return cut_to_utf16(" ".join(draft.title.split()), MAX_SUMMARY_LENGTH).rstrip()


def field_values(
    draft: TicketDraft, offered: Mapping[str, Any], description: Any = None, present: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the values of the offered fields; `offered` maps a field to its metadata, `present` are the labels."""
    values: dict[str, Any] = {
        "description": adf.merged(description, draft),
        "duedate": draft.due_day,
    }
    labels = _labels(draft, present)
    if labels != list(present):
        values["labels"] = labels
    priority = _priority(draft.priority, offered.get("priority"))
    if priority:
        values["priority"] = {"id": priority}
    # Jira rejects a request with any other field. The description has the due date and the priority, too.
    return {name: value for name, value in values.items() if name in offered}


def field_changes(issue: Any, draft: TicketDraft, fields: set[str]) -> dict[str, Any]:
    """Return the fields to edit of an issue that was requested with its `editmeta`."""
    offered = (issue.get("editmeta") or {}).get("fields") or {}
    present = issue["fields"]
    values = field_values(draft, offered, present.get("description"), present.get("labels") or ())
    changes = {name: value for name, value in values.items() if DRAFT_FIELDS[name] & fields}
    return {**changes, "summary": summary(draft)} if "title" in fields else changes


def _labels(draft: TicketDraft, present: Sequence[str]) -> list[str]:
    # A label of Jira has no spaces. Labels of people stay.
    ours = {
        cut_to_utf16("-".join(campaign_label(name).split()), MAX_LABEL_LENGTH) for name in draft.campaigns
    }
    foreign = [label for label in present if not label.startswith(CAMPAIGN_LABEL)]
    return [*foreign, *sorted(ours)]


def _priority(priority: str, metadata: Any) -> str | None:
    # Each site can define its own priorities; the usual names lead to their ids.
    allowed = (metadata or {}).get("allowedValues") or []
    ids = {str(value.get("name") or "").strip().lower(): str(value["id"]) for value in allowed}
    return next((ids[name] for name in PRIORITIES.get(priority, ()) if name in ids), None)
