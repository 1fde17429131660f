"""Webhooks of Jira, created by an administrator with a secret. Source: Atlassian, "Webhooks"."""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import WebhookEvent, WebhookFormat, WebhookRequest, signed_by, timestamp


def read(request: WebhookRequest, payload: Any) -> WebhookEvent:
    event, issue = str(payload.get("webhookEvent")), payload.get("issue")
    is_issue = event.startswith("jira:issue_") and isinstance(issue, dict)
    fields = (issue.get("fields") or {}) if is_issue else {}
    return WebhookEvent(
        delivery_id=request.header("x-atlassian-webhook-identifier"),
        name=event,
        # Part of the signed body.
        sent_at=timestamp(payload.get("timestamp")),
        changed_at=timestamp(fields.get("updated")),
        ticket_ids=(str(int(issue["id"])),) if is_issue else (),
    )


WEBHOOKS = WebhookFormat(
    is_signed=signed_by("x-hub-signature", "sha256="),
    read=read,
    # Jira tries up to five times, over hours.
    max_age=timedelta(hours=24),
    event_names="Issue: created, updated, deleted",
)
