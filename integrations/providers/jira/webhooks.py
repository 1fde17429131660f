"""Webhooks of Jira, created by an administrator with a secret. Source: Atlassian, "Webhooks".

The signed body holds the time of the event. Jira tries up to five times, over hours.
"""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import (
    WebhookEvent,
    WebhookFormat,
    WebhookRequest,
    signed_by,
    timestamp,
)


def read(request: WebhookRequest, payload: Any) -> WebhookEvent:
    """Read a delivery of an issue."""
    event, issue = str(payload.get("webhookEvent")), payload.get("issue")
    is_issue = event.startswith("jira:issue_") and isinstance(issue, dict)
    fields = (issue.get("fields") or {}) if is_issue else {}
    return WebhookEvent(
        delivery_id=request.header("x-atlassian-webhook-identifier"),
        name=event,
        sent_at=timestamp(payload.get("timestamp")),
        changed_at=timestamp(fields.get("updated")),
        ticket_ids=(str(int(issue["id"])),) if is_issue else (),
    )


WEBHOOKS = WebhookFormat(
    is_signed=signed_by("x-hub-signature", "sha256="),
    read=read,
    max_age=timedelta(hours=24),
    event_names="Issue: created, updated, deleted",
)
