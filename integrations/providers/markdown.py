"""Our block in a Markdown issue, between two HTML comments; the first has the task's id."""

import re
from datetime import UTC

from integrations.providers.types import TicketDraft

MARKER = re.compile(r"<!-- krafter-task:([0-9a-f-]{36}) -->")
BLOCK = re.compile(r"<!-- krafter-task:[0-9a-f-]{36} -->.*?<!-- /krafter-task -->", re.DOTALL)


def marker_in(body: str) -> str | None:
    found = MARKER.search(body)
    return found[1] if found else None


def block(draft: TicketDraft, text: str) -> str:
    """Return our block with a text that is escaped (`escaped_markdown`)."""
    due = f"**Due:** {draft.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC · " if draft.due else ""
    guidance = f"\n\n{text}" if text else ""
    start, end = f"<!-- krafter-task:{draft.marker} -->", "<!-- /krafter-task -->"
    return f"{start}\n{due}**Priority:** {draft.priority}{guidance}\n{end}"


def merged_body(present: str, draft: TicketDraft, text: str) -> str:
    """Return the body with our block replaced, or prepended, and the rest unchanged."""
    ours = block(draft, text)
    if BLOCK.search(present):
        # A function, since backslashes in a replacement string would be read as group references.
        return BLOCK.sub(lambda _: ours, present, count=1)
    return f"{ours}\n\n{MARKER.sub('', present)}".rstrip()
