"""Drafts of Jira issues, and parts of what is sent and returned."""

from typing import Any

from integrations.providers.types import TicketDraft
from tests.unit.integrations.providers import drafts
from tests.unit.integrations.providers.drafts import TASK

FIRST = "acme.atlassian.net/SHOP/10001"
DONE = {"status": "done", "closed": True}


def draft(**changes: Any) -> TicketDraft:
    """Return the draft of a task with its own page."""
    return drafts.draft(**{"url": f"https://audit.acme.example/tasks/{TASK}", **changes})


def lines(node: dict[str, Any]) -> list[str]:
    return ["".join(part["text"] for part in paragraph["content"]) for paragraph in node["content"]]
