from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from notifications.models import Alert
from remediation.admin.timeline import entries
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def alert(scenario: Scenario, finding_id: Any, status: str, outcome: str) -> None:
    now = timezone.now()
    Alert.objects.create(
        project=scenario.project,
        channel="email",
        status=status,
        outcome=outcome,
        worst=[{"kind": "new", "severity": "high", "title": "No policy", "id": str(finding_id)}],
        due_at=now,
        sent_at=now + timedelta(seconds=1) if status == "sent" else None,
    )


def test_history_of_a_finding_has_the_alerts_that_named_it(scenario: Scenario) -> None:
    finding, other = factories.finding(scenario), factories.finding(scenario)
    alert(scenario, finding.pk, "sent", "Sent to 2 recipients.")
    alert(scenario, finding.pk, "failed", "Every recipient has unsubscribed.")
    alert(scenario, finding.pk, "gathering", "")
    alert(scenario, other.pk, "sent", "Sent to 1 recipient.")

    found = [(entry.title, entry.detail) for entry in entries(finding) if entry.title.startswith("Alert")]

    assert found == [
        ("Alert sent", "E-mail: Sent to 2 recipients."),
        ("Alert not delivered", "E-mail: Every recipient has unsubscribed."),
    ]
