from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
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
        most_severe=[{"kind": "new", "severity": "high", "title": "No policy", "id": str(finding_id)}],
        due_at=now,
        sent_at=now + timedelta(seconds=1) if status == "sent" else None,
    )


def test_history_of_a_finding_has_the_alerts_that_named_it(scenario: Scenario) -> None:
    finding, other = factories.finding(scenario), factories.finding(scenario)
    alert(scenario, finding.pk, "sent", "Sent to 2 recipients.")
    alert(scenario, finding.pk, "failed", "Every recipient has unsubscribed.")
    alert(scenario, finding.pk, "collecting", "")
    alert(scenario, other.pk, "sent", "Sent to 1 recipient.")

    shown = [entry for entry in entries(finding) if entry.title.startswith("Alert")]
    urls = {
        row.status: reverse("admin:notifications_alert_change", args=[row.pk])
        for row in Alert.objects.filter(most_severe__0__id=str(finding.pk))
    }
    assert [(entry.title, entry.detail, entry.url, entry.tone) for entry in shown] == [
        ("Alert sent", "E-mail: Sent to 2 recipients.", urls["sent"], ""),
        ("Alert not delivered", "E-mail: Every recipient has unsubscribed.", urls["failed"], "danger"),
    ]
