"""Webhooks of GitHub. Source: "Validating webhook deliveries" and "Webhook events and payloads"."""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import WebhookEvent, WebhookFormat, WebhookRequest, signed_by, timestamp

ALERT_EVENTS = frozenset({"code_scanning_alert", "dependabot_alert"})


def read(request: WebhookRequest, payload: Any) -> WebhookEvent:
    # Pull requests are found by scheduled syncs.
    event, issue = request.header("x-github-event"), payload.get("issue")
    is_issue = event == "issues" and isinstance(issue, dict)
    changed_at = timestamp(issue.get("updated_at")) if is_issue else None
    return WebhookEvent(
        delivery_id=request.header("x-github-delivery"),
        name=f"{event}.{payload.get('action')}",
        sent_at=changed_at,  # GitHub does not sign the time of a delivery
        changed_at=changed_at,
        ticket_ids=(str(int(issue["number"])),) if is_issue else (),
        findings_changed=event in ALERT_EVENTS,
    )


WEBHOOKS = WebhookFormat(
    is_signed=signed_by("x-hub-signature-256", "sha256="),
    read=read,
    max_age=timedelta(days=3),  # GitHub keeps deliveries so long, and people may redeliver them
    event_names="Issues, Code scanning alerts, Dependabot alerts",
)
