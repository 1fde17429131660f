"""GitHub's calls. Source: GitHub, "Validating webhook deliveries" and "Webhook events and payloads"."""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import Call, Hooks, Told, moment, signed_by

ALERTS = frozenset({"code_scanning_alert", "dependabot_alert"})


def read(call: Call, payload: Any) -> Told:
    """Read a delivery; of issues their number, of alerts that there is news. Pull requests are looked for by syncs."""
    event, issue = call.header("x-github-event"), payload.get("issue")
    about_issue = event == "issues" and isinstance(issue, dict)
    changed = moment(issue.get("updated_at")) if about_issue else None
    return Told(
        delivery=call.header("x-github-delivery"),
        event=f"{event}.{payload.get('action')}",
        sent_at=changed,  # GitHub signs no time of its own
        changed_at=changed,
        tickets=(str(int(issue["number"])),) if about_issue else (),
        findings=event in ALERTS,
    )


# GitHub keeps deliveries for three days, and a person may send one again.
HOOKS = Hooks(
    signed_by("x-hub-signature-256", "sha256="),
    read,
    timedelta(days=3),
    "Issues, Code scanning alerts, Dependabot alerts",
)
