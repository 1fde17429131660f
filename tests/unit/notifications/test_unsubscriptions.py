"""Unsubscribing an address from the alerts of a project."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.actors import SYSTEM
from events.models import Event
from notifications import destinations, unsubscriptions
from notifications.models import Alert, Unsubscription
from tests import factories, staff
from tests.factories import Scenario
from tests.unit.notifications.conftest import make_findings, run_workers

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(scenario: Scenario, settings: Any) -> str:
    settings.KRAFTER_PUBLIC_URL = ""
    return unsubscriptions.unsubscribe_url(scenario.project, "Ada@example.com")


def test_opening_the_link_changes_nothing(url: str) -> None:
    response = Client().get(url)

    assert response.status_code == 200
    assert "Ada@example.com will get no more alerts of production-website." in response.content.decode()
    assert not Unsubscription.objects.exists()


def test_button_unsubscribes_and_subscribes_again(url: str, scenario: Scenario) -> None:
    client = Client(enforce_csrf_checks=True)

    left = client.post(url, {"unsubscribe": "1"})
    twice = client.post(url, {"unsubscribe": "1"})
    stored = [(row.project_id, row.email) for row in Unsubscription.objects.all()]
    back = client.post(url, {"subscribe": "1"})

    pages = [response.content.decode() for response in (left, twice, back)]
    assert ["You are unsubscribed" in page for page in pages] == [True, True, False]
    assert "You are subscribed again" in pages[2]
    assert stored == [(scenario.project.pk, "ada@example.com")]
    assert not Unsubscription.objects.exists()
    names = Event.objects.filter(name__startswith="alerts.").order_by("id").values_list("name", flat=True)
    assert list(names) == ["alerts.unsubscribed", "alerts.subscribed"]


@pytest.mark.parametrize("change", [lambda url: url[:-1], lambda url: f"{url}A", lambda url: f"{url[:40]}x"])
def test_changed_link_is_not_found(url: str, change: Any) -> None:
    assert Client().post(change(url)).status_code == 404
    assert not Unsubscription.objects.exists()


def test_unsubscribing_is_limited_to_the_project(scenario: Scenario) -> None:
    other = factories.scenario().project
    unsubscriptions.unsubscribe(scenario.project, "ada@example.com", by=SYSTEM)

    addresses = ["ADA@example.com", "bob@example.com"]
    assert unsubscriptions.subscribed_addresses(scenario.project, addresses) == ["bob@example.com"]
    assert unsubscriptions.subscribed_addresses(other, addresses) == addresses


def test_setting_the_destination_again_does_not_subscribe(scenario: Scenario) -> None:
    unsubscriptions.unsubscribe(scenario.project, "ada@example.com", by=SYSTEM)
    destinations.set_destination(scenario.project, "email", recipients=["ada@example.com"], by=SYSTEM)
    make_findings(scenario, 1)

    run_workers()

    alert = Alert.objects.get(channel="email")
    assert (alert.status, alert.outcome, mail.outbox) == ("failed", "Every recipient has unsubscribed.", [])


def test_owner_who_has_unsubscribed_gets_no_alerts(scenario: Scenario) -> None:
    unsubscriptions.unsubscribe(scenario.project, scenario.owner.email, by=SYSTEM)
    make_findings(scenario, 1)

    run_workers()

    assert mail.outbox == []


def test_admin_lists_addresses_and_sends_alerts_again(scenario: Scenario) -> None:
    unsubscriptions.unsubscribe(scenario.project, "ada@example.com", by=SYSTEM)
    row, client = Unsubscription.objects.get(), staff.logged_in_client()

    listed = client.get(staff.admin_url(Unsubscription, "changelist")).content.decode()
    response = staff.run_action(client, "subscribe_again", row)

    assert "ada@example.com" in listed
    assert staff.messages_of(response) == ["ada@example.com: alerts are sent again."]
    assert not Unsubscription.objects.exists()
