"""Jira's calls, from a webhook with a secret that an administrator makes. Source: Atlassian, "Webhooks".

The time of the event is in the signed body; Jira tries up to five times, over hours.
"""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import Call, Hooks, Told, moment, signed_by


def read(call: Call, payload: Any) -> Told:
    """Read a delivery of an issue."""
    event, issue = str(payload.get("webhookEvent")), payload.get("issue")
    about_issue = event.startswith("jira:issue_") and isinstance(issue, dict)
    fields = (issue.get("fields") or {}) if about_issue else {}
    return Told(
        delivery=call.header("x-atlassian-webhook-identifier"),
        event=event,
        sent_at=moment(payload.get("timestamp")),
        changed_at=moment(fields.get("updated")),
        tickets=(str(int(issue["id"])),) if about_issue else (),
    )


HOOKS = Hooks(
    signed_by("x-hub-signature", "sha256="), read, timedelta(hours=24), "Issue: created, updated, deleted"
)
