"""Linear's calls. Source: @linear/sdk, webhooks: the time in the signed body counts, for a minute."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from integrations.providers.webhooks import Call, Hooks, Told, moment, signed_by


def read(call: Call, payload: Any) -> Told:
    """Read a delivery of an issue."""
    kind, issue = str(payload.get("type")), payload.get("data")
    about_issue = kind == "Issue" and isinstance(issue, dict)
    return Told(
        delivery=call.header("linear-delivery"),
        event=f"{kind}.{payload.get('action')}",
        sent_at=moment(payload["webhookTimestamp"]),
        changed_at=moment(issue.get("updatedAt")) if about_issue else None,
        tickets=(str(UUID(issue["id"])),) if about_issue else (),
    )


HOOKS = Hooks(signed_by("linear-signature"), read, timedelta(seconds=60), "Issues")
