"""A draft of a ticket, as the tests of the four trackers use it."""

from datetime import UTC, datetime
from typing import Any

from integrations.providers.types import TicketDraft

TASK = "018f4f3c-0000-7000-8000-000000000001"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def draft(**changes: Any) -> TicketDraft:
    """Return the draft of a task in the backlog."""
    usual: dict[str, Any] = {
        "marker": TASK,
        "title": "Send a Content-Security-Policy",
        "status": "backlog",
        "priority": "high",
        "due": datetime(2026, 12, 1, 14, 30, tzinfo=UTC),
        "closed": False,
        "text": "Name a default.\n1. Add the header.",
    }
    return TicketDraft(**{**usual, **changes})
