"""Our block in a Markdown issue, between two HTML comments; the first has the ids of task and attempt."""

import re
from dataclasses import replace
from datetime import UTC

from integrations.providers.types import TicketDraft

MARKER = re.compile(r"<!-- krafter-task:([0-9a-f-]{36})(?: attempt:([0-9]{1,10}))? -->")
END_MARKER = "<!-- /krafter-task -->"


def marker_in(body: str) -> str | None:
    found = MARKER.search(body)
    return found[1] if found else None


def attempt_in(body: str) -> str:
    found = MARKER.search(body)
    return (found[2] or "") if found else ""


def without_marker(body: str) -> str:
    return MARKER.sub("", body)


def block(draft: TicketDraft, text: str) -> str:
    """Return our block with a text that is escaped (`escaped_markdown`)."""
    due = f"**Due:** {draft.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC · " if draft.due else ""
    guidance = f"\n\n{text}" if text else ""
    attempt = f" attempt:{draft.attempt}" if draft.attempt else ""
    start = f"<!-- krafter-task:{draft.marker}{attempt} -->"
    return f"{start}\n{due}**Priority:** {draft.priority}{guidance}\n{END_MARKER}"


def merged_body(present: str, draft: TicketDraft, text: str) -> str:
    """Return the body with our block replaced, or prepended, and the rest unchanged."""
    ours = block(replace(draft, attempt=attempt_in(present)), text)
    start = MARKER.search(present)
    # One pattern would take quadratic time for many starts without an end.
    end = present.find(END_MARKER, start.end()) if start else -1
    if start and end >= 0:
        return f"{present[: start.start()]}{ours}{present[end + len(END_MARKER) :]}"
    return f"{ours}\n\n{without_marker(present)}".rstrip()
