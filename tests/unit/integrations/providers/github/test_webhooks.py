"""Deliveries of GitHub."""

import json

import pytest

from integrations.providers.github.webhooks import WEBHOOKS
from integrations.providers.webhooks import WebhookRequest
from tests.fakes.specs import SPECS, requires_spec
from tests.unit.integrations.webhooks.senders import SECRET, issue, now

pytestmark = pytest.mark.django_db


def test_example_signature_of_github_is_valid() -> None:
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    assert WEBHOOKS.is_signed(WebhookRequest({"x-hub-signature-256": header}, b"Hello, World!"), SECRET)


@requires_spec("github_webhooks.json")
def test_every_issue_and_alert_event_of_the_description_is_read() -> None:
    described = json.loads((SPECS / "github_webhooks.json").read_text())
    events = sorted(path.removeprefix("/hook/") for path in described["paths"])
    meanings = {}
    for event in events:
        name = next(
            prefix
            for prefix in ("issues", "issue-comment", "dependabot-alert", "code-scanning-alert", "")
            if event.startswith(prefix)
        )
        payload = {"action": event.removeprefix(name + "-"), "issue": issue(now()), "alert": {"number": 1}}
        sent = WebhookRequest({"x-github-event": name.replace("-", "_"), "x-github-delivery": "1"}, b"")
        read = WEBHOOKS.read(sent, payload)
        meanings[event] = (bool(read.ticket_ids), read.findings_changed)

    assert {event for event, (tickets, _) in meanings.items() if tickets} == {
        event for event in events if event.startswith("issues-")
    }
    assert {event for event, (_, findings) in meanings.items() if findings} == {
        event for event in events if event.startswith(("code-scanning", "dependabot"))
    }
