"""Text in the Atlassian Document Format (version 1): our panel in a description, and comments.

Source: Atlassian, "Atlassian Document Format" (structure, nodes `doc`, `panel`, `paragraph`, `text`).
"""

import json
import re
from datetime import UTC
from typing import Any

from integrations.providers.tickets import cut_to_utf16
from integrations.providers.types import TicketDraft

MARKER = re.compile(r"krafter-task:[0-9a-f-]{36}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
MAX_TEXT_LENGTH, MAX_LINES = 12_000, 150  # Jira accepts 32,767 characters; the rest is for what people add

type Node = dict[str, Any]


def panel(draft: TicketDraft) -> Node:
    """Return our part of a description: due date, priority, guidance, and the task's id."""
    due = f"Due: {draft.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC · " if draft.due else ""
    text = f"{due}Priority: {draft.priority}\n{cut_to_utf16(draft.text, MAX_TEXT_LENGTH)}"
    # The last line. The format consists of nodes, not markup: a finding's text can neither format anything nor
    # mention people.
    marker = _paragraph(f"krafter-task:{draft.marker}")
    return {"type": "panel", "attrs": {"panelType": "info"}, "content": [*_paragraphs(text), marker]}


def document(description: Any) -> Node:
    # Jira omits an empty description, and old ones are plain text.
    if isinstance(description, dict) and description.get("type") == "doc":
        return description
    text = description.strip() if isinstance(description, str) else ""
    return _document([_paragraph(text)] if text else [])


def merged(description: Any, draft: TicketDraft) -> Node:
    present = document(description)
    nodes = list(present.get("content") or [])
    places = [place for place, node in enumerate(nodes) if _is_our_panel(node)]
    if places:
        nodes[places[0]] = panel(draft)
    else:
        nodes.insert(0, panel(draft))
    return {**present, "content": nodes}


def as_text(description: Any) -> str:
    return json.dumps(document(description), ensure_ascii=False)


def comment(text: str, marker: str) -> Node:
    """Return a comment whose last line has its id, by which it is found again."""
    return _document([*_paragraphs(cut_to_utf16(text, MAX_TEXT_LENGTH)), _paragraph(comment_line(marker))])


def comment_line(marker: str) -> str:
    return f"Krafter Audit, ref {marker}"


def _document(nodes: list[Node]) -> Node:
    return {"type": "doc", "version": 1, "content": nodes}


def _paragraphs(text: str) -> list[Node]:
    lines = [line for line in text.split("\n") if UNPRINTABLE.sub("", line).strip()]
    return [_paragraph(line) for line in lines[:MAX_LINES]]


def _paragraph(line: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": UNPRINTABLE.sub(" ", line)}]}


def _is_our_panel(node: Any) -> bool:
    # Only the last line of a panel counts: a finding's text cannot be there.
    if not isinstance(node, dict) or node.get("type") != "panel":
        return False
    lines = node.get("content") or [{}]
    text = "".join(str(part.get("text") or "") for part in lines[-1].get("content") or [])
    return bool(MARKER.fullmatch(text.strip()))
