"""The page of an alert, which needs no account."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from findings.models import Finding
from notifications.models import Alert
from notifications.public_pages import alert_url
from tests import factories
from tests.factories import Scenario
from tests.unit.notifications.conftest import make_findings, process_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(scenario: Scenario, settings: Any) -> Alert:
    settings.KRAFTER_PUBLIC_URL = ""
    make_findings(scenario, 12)
    process_events()
    return Alert.objects.get(channel="email")


def test_page_shows_numbers_and_the_findings_as_they_are_now(alert: Alert) -> None:
    Finding.objects.filter(pk=alert.most_severe[0]["id"]).update(
        status="resolved", description="It was fixed."
    )

    response = Client().get(alert_url(alert))

    html = response.content.decode()
    assert response.status_code == 200
    assert "New: 12 critical" in html
    assert html.count("<details") == 10
    assert "And 2 more." in html
    assert "It was fixed." in html
    assert f'id="finding-{alert.most_severe[0]["id"]}"' in html
    assert response.cookies == {}
    assert response["x-robots-tag"] == "noindex, nofollow"


def test_each_link_opens_its_own_alert(alert: Alert) -> None:
    elsewhere = factories.scenario()
    make_findings(elsewhere, 3)
    process_events()
    other = Alert.objects.get(channel="email", project=elsewhere.project)

    pages = [Client().get(alert_url(sent_alert)).content.decode() for sent_alert in (alert, other)]

    assert ["New: 12 critical" in page for page in pages] == [True, False]
    assert ["New: 3 critical" in page for page in pages] == [False, True]


def test_link_expires_after_30_days(alert: Alert, time_machine: Any) -> None:
    url = alert_url(alert)

    time_machine.move_to(timezone.now() + timedelta(days=29))
    before = Client().get(url).status_code
    time_machine.move_to(timezone.now() + timedelta(days=2))
    after = Client().get(url).status_code

    assert (before, after) == (200, 410)


def test_unsigned_and_unknown_alerts_are_not_found(alert: Alert) -> None:
    url = alert_url(alert)
    Alert.objects.all().delete()

    base = url.rpartition("/")[0]
    for token in (url.rpartition("/")[2], str(alert.pk), signing.Signer(sep=".").sign(str(alert.pk)), "x"):
        assert Client().get(f"{base}/{token}").status_code == 404


def test_page_of_deleted_findings_says_so(alert: Alert) -> None:
    Finding.objects.all().delete()

    assert "The findings of this alert were deleted." in Client().get(alert_url(alert)).content.decode()
