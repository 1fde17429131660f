"""Deployment webhooks of a repository."""

import json
from typing import Any

from integrations.models import Integration
from tests import factories
from tests.unit.integrations.webhooks.senders import SENDERS, call


def deliver(integration: Integration, event: dict[str, Any]) -> int:
    """Send a signed webhook delivery; return the status of the answer."""
    body, number = json.dumps(event).encode(), str(next(factories.number))
    headers = SENDERS[integration.provider].headers(body)
    if integration.provider == "github":
        name = "release" if "release" in event else "deployment_status"
        headers |= {"X-GitHub-Event": name, "X-GitHub-Delivery": number}
    else:
        headers |= {"X-Gitlab-Event-UUID": number}
    return int(call(integration, body, headers).status_code)
