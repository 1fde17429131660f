"""GitLab's calls: the secret itself comes in a header. Source: GitLab, "Webhooks" and "Webhook events"."""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import Call, Hooks, Told, moment, same


def is_signed(call: Call, secret: str) -> bool:
    """Compare the token, which is the secret."""
    return same(call.header("x-gitlab-token"), secret)


def read(call: Call, payload: Any) -> Told:
    """Read a delivery of an issue, confidential or not."""
    kind, issue = payload.get("object_kind"), payload.get("object_attributes")
    about_issue = kind == "issue" and isinstance(issue, dict)
    changed = moment(issue.get("updated_at")) if about_issue else None
    return Told(
        delivery=call.header("idempotency-key") or call.header("x-gitlab-event-uuid"),
        event=f"{kind}.{issue.get('action')}" if about_issue else str(kind),
        sent_at=changed,
        changed_at=changed,
        tickets=(str(int(issue["iid"])),) if about_issue else (),
        findings=kind == "vulnerability",
    )


HOOKS = Hooks(is_signed, read, timedelta(days=3), "Issues events, Confidential issues events")
