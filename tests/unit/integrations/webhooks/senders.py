"""Deliveries as the five vendors send them."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from integrations.models import Integration
from tests import factories

SECRET = "It's a Secret to Everybody"


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def now(ago: timedelta = timedelta()) -> datetime:
    return datetime.now(UTC) - ago


@dataclass
class Sender:
    """A vendor's delivery about its first ticket."""

    headers: Callable[[bytes], dict[str, str]]
    payload: Callable[[datetime], dict[str, Any]]
    max_age: timedelta
    max_skew: timedelta
    credentials: dict[str, str] = field(default_factory=lambda: {"token": "a-token"})


def issue(moment: datetime, **more: Any) -> dict[str, Any]:
    return {"number": 1, "iid": 1, "id": 10001, "updated_at": moment.isoformat(), **more}


SENDERS: dict[str, Sender] = {
    "github": Sender(
        lambda body: {
            "X-Hub-Signature-256": f"sha256={signature(body)}",
            "X-GitHub-Event": "issues",
            "X-GitHub-Delivery": "one",
        },
        lambda moment: {"action": "closed", "issue": issue(moment)},
        timedelta(days=3),
        timedelta(days=1),
    ),
    "gitlab": Sender(
        lambda body: {"X-Gitlab-Token": SECRET, "X-Gitlab-Event-UUID": "one"},
        lambda moment: {"object_kind": "issue", "object_attributes": issue(moment, action="close")},
        timedelta(days=3),
        timedelta(days=1),
    ),
    "jira": Sender(
        lambda body: {
            "X-Hub-Signature": f"sha256={signature(body)}",
            "X-Atlassian-Webhook-Identifier": "one",
        },
        lambda moment: {
            "webhookEvent": "jira:issue_updated",
            "timestamp": int(moment.timestamp() * 1000),
            "issue": {"id": "10001", "fields": {"updated": moment.isoformat()}},
        },
        timedelta(hours=24),
        timedelta(minutes=1),
    ),
    "linear": Sender(
        lambda body: {"Linear-Signature": signature(body), "Linear-Delivery": "one"},
        lambda moment: {
            "type": "Issue",
            "action": "update",
            "data": {"id": "2f0d1a46-6b0e-4a52-9b0d-5d9f7c3f0a11", "updatedAt": moment.isoformat()},
            "webhookTimestamp": int(moment.timestamp() * 1000),
        },
        timedelta(seconds=60),
        timedelta(minutes=1),
    ),
    "sentry": Sender(
        lambda body: {
            "Sentry-Hook-Signature": signature(body),
            "Sentry-Hook-Resource": "issue",
            "Sentry-Hook-Timestamp": str(json.loads(body)["now"]),
            "Request-ID": "one",
        },
        lambda moment: {"action": "unresolved", "now": int(moment.timestamp())},
        timedelta(minutes=5),
        timedelta(days=1),
    ),
}


def call(
    integration: Integration,
    body: bytes,
    headers: dict[str, str],
    integration_id: str = "",
    provider: str = "",
) -> Any:
    address = f"/api/v1/hooks/{provider or integration.provider}/{integration_id or integration.pk}"
    return Client().post(address, body, content_type="application/json", headers=headers)


def signed_headers(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the signatures of all vendors."""
    signed = signature(body, secret)
    return {
        "X-Hub-Signature-256": f"sha256={signed}",
        "X-Hub-Signature": f"sha256={signed}",
        "X-Gitlab-Token": secret,
        "Linear-Signature": signed,
        "Sentry-Hook-Signature": signed,
    }


def send(integration: Integration, ago: timedelta = timedelta(), **changed: str) -> Any:
    sender = SENDERS[integration.provider]
    body = json.dumps(sender.payload(now(ago))).encode()
    return call(integration, body, {**sender.headers(body), **changed})


def send_deploy(integration: Integration, event: dict[str, Any]) -> int:
    """Send an event of GitHub or GitLab about a deployment or a release; return the status of the answer."""
    body, number = json.dumps(event).encode(), str(next(factories.number))
    headers = SENDERS[integration.provider].headers(body)
    if integration.provider == "github":
        name = "release" if "release" in event else "deployment_status"
        headers |= {"X-GitHub-Event": name, "X-GitHub-Delivery": number}
    else:
        headers |= {"X-Gitlab-Event-UUID": number}
    return int(call(integration, body, headers).status_code)
