"""Sentry's calls, from an internal integration, whose client secret signs. Source: Sentry, "Webhooks"."""

from datetime import timedelta
from typing import Any

from integrations.providers.webhooks import Call, Hooks, Told, moment, signed_by


def read(call: Call, payload: Any) -> Told:
    """Read a delivery; any news of an issue is news of findings."""
    resource = call.header("sentry-hook-resource")
    return Told(
        delivery=call.header("request-id"),
        event=f"{resource}.{payload.get('action')}",
        sent_at=moment(call.header("sentry-hook-timestamp")),
        findings=resource == "issue",
    )


HOOKS = Hooks(signed_by("sentry-hook-signature"), read, timedelta(minutes=5), "issue")
