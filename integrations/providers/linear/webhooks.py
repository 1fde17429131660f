"""Webhooks of Linear. Source: @linear/sdk."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from integrations.providers.webhooks import WebhookEvent, WebhookFormat, WebhookRequest, signed_by, timestamp


def read(request: WebhookRequest, payload: Any) -> WebhookEvent:
    kind, issue = str(payload.get("type")), payload.get("data")
    is_issue = kind == "Issue" and isinstance(issue, dict)
    return WebhookEvent(
        delivery_id=request.header("linear-delivery"),
        name=f"{kind}.{payload.get('action')}",
        sent_at=timestamp(payload["webhookTimestamp"]),
        changed_at=timestamp(issue.get("updatedAt")) if is_issue else None,
        ticket_ids=(str(UUID(issue["id"])),) if is_issue else (),
    )


WEBHOOKS = WebhookFormat(
    is_signed=signed_by("linear-signature"),
    read=read,
    # The limit of Linear's own library for the time in the signed body.
    max_age=timedelta(seconds=60),
    event_names="Issues",
)
