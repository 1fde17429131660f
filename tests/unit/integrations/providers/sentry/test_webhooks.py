"""Deliveries of Sentry: each only says that the issues are to be read again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from findings.models import Finding
from integrations.models import Integration
from integrations.sync import engine
from integrations.webhooks.services import enable
from tests.fakes.sentry import FakeSentry, issue
from tests.unit.integrations.conftest import run_sync
from tests.unit.integrations.webhooks.senders import SECRET, call, now, signature

pytestmark = pytest.mark.slow


@pytest.fixture
def with_webhook(integration: Integration) -> Integration:
    """Sentry with a webhook."""
    enable(integration.project, "sentry", secret=SECRET, by=SYSTEM)
    return integration


@pytest.fixture
def connected(with_webhook: Integration, fake: FakeSentry) -> Integration:
    """Sentry with a webhook and one imported issue, whose fix was approved."""
    fake.issues = [issue(1)]
    run_sync(with_webhook)
    Finding.objects.update(status="resolved")
    run_sync(with_webhook)
    return with_webhook


def deliver(integration: Integration, action: str, resource: str = "issue", **data: Any) -> Any:
    """Deliver an event and let the workers run the sync that it requests, if any."""
    body = json.dumps({"action": action, "data": {"issue": data}}).encode()
    headers = {
        "Sentry-Hook-Signature": signature(body),
        "Sentry-Hook-Resource": resource,
        "Sentry-Hook-Timestamp": str(int(now().timestamp())),
        "Request-ID": "one",
    }
    answer = call(integration, body, headers)
    integration.refresh_from_db()
    requested = integration.status == "syncing"
    Integration.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    engine.sync(integration.pk)
    return answer.status_code, requested


def test_late_event_of_a_regression_that_is_resolved_again_changes_nothing(
    connected: Integration, fake: FakeSentry
) -> None:
    assert deliver(connected, "unresolved", id="1", status="unresolved") == (202, True)

    assert (Finding.objects.get().status, fake.issues[0]["status"]) == ("resolved", "resolved")


def test_event_of_a_regression_reopens_the_finding(connected: Integration, fake: FakeSentry) -> None:
    fake.issues[0]["status"] = "unresolved"

    deliver(connected, "unresolved", id="1")

    assert Finding.objects.get().status != "resolved"


@pytest.mark.parametrize("action", ["resolved", "a new one"])
def test_event_does_not_resolve_a_finding_by_its_content(
    with_webhook: Integration, fake: FakeSentry, action: str
) -> None:
    fake.issues = [issue(1)]
    run_sync(with_webhook)

    assert deliver(with_webhook, action, id="1", status="resolved") == (202, True)
    assert Finding.objects.get().status == "new"


def test_event_of_an_issue_that_is_not_listed_imports_nothing(connected: Integration) -> None:
    deliver(connected, "created", id="999", title="Of another project")

    assert Finding.objects.count() == 1


@pytest.mark.parametrize("resource", ["installation", "error", "event_alert", "comment", ""])
def test_other_resources_request_no_sync(with_webhook: Integration, resource: str) -> None:
    assert deliver(with_webhook, "created", resource, id="1") == (202, False)
