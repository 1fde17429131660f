"""Our part of a ticket's text, for vendors that read Markdown.

It stands between two hidden marks; the first carries the task's id.
"""

import re
from datetime import UTC

from integrations.providers.base import Draft

MARKER = re.compile(r"<!-- krafter-task:([0-9a-f-]{36}) -->")
BLOCK = re.compile(r"<!-- krafter-task:[0-9a-f-]{36} -->.*?<!-- /krafter-task -->", re.DOTALL)
LONGEST_TEXT = 60_000  # GitHub takes 65,536 characters; the rest is for what people add


def marker_in(body: str) -> str | None:
    """Return the id of the task that a body was written for."""
    found = MARKER.search(body)
    return found[1] if found else None


def block(draft: Draft) -> str:
    """Return our part of an issue's body, between two hidden marks; the first carries the task's id."""
    due = f"**Due:** {draft.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC · " if draft.due else ""
    text = f"\n\n{_harmless(draft.text)}" if draft.text else ""
    start, end = f"<!-- krafter-task:{draft.marker} -->", "<!-- /krafter-task -->"
    return f"{start}\n{due}**Priority:** {draft.priority}{text}\n{end}"


def merged_body(present: str, draft: Draft) -> str:
    """Return the body with our part renewed and everything around it as it is."""
    ours = block(draft)
    if BLOCK.search(present):
        return BLOCK.sub(lambda _: ours, present, count=1)
    return f"{ours}\n\n{MARKER.sub('', present)}".rstrip()


def _harmless(text: str) -> str:
    """Keep text of a finding from closing our mark or calling people by @name."""
    return text[:LONGEST_TEXT].replace("<!--", "&lt;!--").replace("-->", "--&gt;").replace("@", "@\u200b")
