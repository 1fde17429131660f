"""Pages of alerts and their destinations in the admin."""

import pytest

from notifications.models import Alert, Destination
from tests import staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url

pytestmark = pytest.mark.django_db


def test_alert_shows_its_numbers_and_findings_in_words(scenario: Scenario) -> None:
    alert = ROWS[Alert](scenario)
    worst = {"id": str(alert.pk), "kind": "new", "severity": "high", "title": "Header is missing"}
    Alert.objects.filter(pk=alert.pk).update(counts={"new": {"high": 2}}, worst=[worst], total=2)

    page = staff.logged_in_client().get(admin_url(Alert, "change", alert.pk)).content.decode()

    assert "<div>New: 2 high</div>" in page
    assert "<div>High, new: Header is missing</div>" in page


def test_destination_lists_its_recipients_and_names_its_project(scenario: Scenario) -> None:
    row = ROWS[Destination](scenario)
    Destination.objects.filter(pk=row.pk).update(recipients=["a@example.com", "b@example.com"])

    page = staff.logged_in_client().get(admin_url(Destination, "change", row.pk)).content.decode()

    assert "a@example.com, b@example.com" in page
    assert str(row) == f"E-mail of {scenario.project}"
