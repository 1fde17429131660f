"""Webhooks of Sentry, from an internal integration whose client secret signs. Source: Sentry, "Webhooks"."""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import (
    MAX_CLOCK_SKEW,
    WebhookEvent,
    WebhookFormat,
    WebhookRequest,
    signed_by,
    timestamp,
)


def read(request: WebhookRequest, payload: Any) -> WebhookEvent:
    # Any change of an issue changes findings.
    resource = request.header("sentry-hook-resource")
    return WebhookEvent(
        delivery_id=request.header("request-id"),
        name=f"{resource}.{payload.get('action')}",
        sent_at=timestamp(request.header("sentry-hook-timestamp")),
        findings_changed=resource == "issue",
    )


WEBHOOKS = WebhookFormat(
    is_signed=signed_by("sentry-hook-signature"),
    read=read,
    max_age=timedelta(minutes=5),
    max_skew=MAX_CLOCK_SKEW,
    event_names="issue",
)
