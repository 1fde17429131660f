"""Our part of a ticket's text, for vendors that read the Atlassian Document Format (version 1).

It is one panel whose last line names the task. Text in this format is nodes, not markup: what a finding says
can neither format anything nor call people.
Source: Atlassian, "Atlassian Document Format" (structure, nodes `doc`, `panel`, `paragraph`, `text`).
"""

import json
import re
from datetime import UTC
from typing import Any

from integrations.providers.base import Draft

MARKER = re.compile(r"krafter-task:[0-9a-f-]{36}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
LONGEST_TEXT, MOST_LINES = 12_000, 150  # Jira takes 32,767 characters; the rest is for what people add

Node = dict[str, Any]


def panel(draft: Draft) -> Node:
    """Return our part of a description: due date and priority, the guidance, and the task that it is for."""
    due = f"Due: {draft.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC · " if draft.due else ""
    lines = [f"{due}Priority: {draft.priority}", *draft.text[:LONGEST_TEXT].split("\n")]
    shown = [_paragraph(line) for line in lines if UNPRINTABLE.sub("", line).strip()][:MOST_LINES]
    mark = _paragraph(f"krafter-task:{draft.marker}")
    return {"type": "panel", "attrs": {"panelType": "info"}, "content": [*shown, mark]}


def document(present: Any) -> Node:
    """Return a description as a document; Jira leaves an empty one out, and old fields are plain text."""
    if isinstance(present, dict) and present.get("type") == "doc":
        return present
    text = present.strip() if isinstance(present, str) else ""
    return {"type": "doc", "version": 1, "content": [_paragraph(text)] if text else []}


def merged(present: Any, draft: Draft) -> Node:
    """Return the document with our panel renewed, or put in front, and everything around it as it is."""
    whole = document(present)
    nodes = list(whole.get("content") or [])
    places = [place for place, node in enumerate(nodes) if _is_ours(node)]
    if places:
        nodes[places[0]] = panel(draft)
    else:
        nodes.insert(0, panel(draft))
    return {**whole, "content": nodes}


def written(present: Any) -> str:
    """Return a description as the text that a ticket carries: its JSON."""
    return json.dumps(document(present), ensure_ascii=False)


def comment(text: str) -> Node:
    """Return a comment as a document, a paragraph for each line."""
    lines = [line for line in text[:LONGEST_TEXT].split("\n") if UNPRINTABLE.sub("", line).strip()]
    return {"type": "doc", "version": 1, "content": [_paragraph(line) for line in lines[:MOST_LINES]]}


def _paragraph(line: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": UNPRINTABLE.sub(" ", line)}]}


def _is_ours(node: Any) -> bool:
    """Only the last line of a panel counts: no text of a finding can stand there."""
    if not isinstance(node, dict) or node.get("type") != "panel":
        return False
    lines = node.get("content") or [{}]
    said = "".join(str(part.get("text") or "") for part in lines[-1].get("content") or [])
    return bool(MARKER.fullmatch(said.strip()))
