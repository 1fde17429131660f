"""Secrets of endpoints: encrypted with their owner, and rotated with the installation's keys."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts.actors import SYSTEM
from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError
from notifications.models import WebhookEndpoint
from notifications.webhooks import endpoint_secrets, services
from tests.factories import Scenario
from tests.unit.notifications.webhooks.conftest import make_endpoint

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/krafter"
OLD = f"old:{base64.b64encode(bytes(32)).decode()}"
NEW = f"new:{base64.b64encode(bytes([1] * 32)).decode()}"


def test_both_secrets_are_rotated_with_the_keys_of_the_installation(
    scenario: Scenario, settings: Settings
) -> None:
    settings.KRAFTER_ENCRYPTION_KEYS = OLD
    endpoint, first = make_endpoint(scenario, URL)
    overlap = timedelta(hours=1)
    _, second = services.rotate_secret(scenario.organization, endpoint.pk, overlap=overlap, by=SYSTEM)
    settings.KRAFTER_ENCRYPTION_KEYS = f"{NEW},{OLD}"

    call_command("rotate_credentials")

    settings.KRAFTER_ENCRYPTION_KEYS = NEW
    [row] = WebhookEndpoint.objects.all()
    assert vault.key_id_of(bytes(row.credentials)) == "new"
    assert endpoint_secrets.open_secrets(row) == [second, first]


def test_previous_secret_is_void_from_the_end_of_its_overlap(scenario: Scenario, time_machine: Any) -> None:
    endpoint, first = make_endpoint(scenario, URL)
    overlap = timedelta(hours=1)
    rotated, second = services.rotate_secret(scenario.organization, endpoint.pk, overlap=overlap, by=SYSTEM)
    assert rotated.previous_secret_until

    time_machine.move_to(rotated.previous_secret_until - timedelta(seconds=1), tick=False)
    during = endpoint_secrets.open_secrets(rotated)
    time_machine.move_to(rotated.previous_secret_until, tick=False)
    after = endpoint_secrets.open_secrets(rotated)

    assert (during, after) == ([second, first], [second])


def test_rotation_without_overlap_voids_the_previous_secret(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)

    rotated, new = services.rotate_secret(scenario.organization, endpoint.pk, overlap=timedelta(0), by=SYSTEM)

    assert endpoint_secrets.open_secrets(rotated) == [new]
    assert rotated.previous_secret_until is None


def test_secret_of_another_endpoint_cannot_be_opened(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    other, _ = make_endpoint(scenario, URL)
    endpoint.credentials = other.credentials

    with pytest.raises(VaultError):
        endpoint_secrets.open_secrets(endpoint)


def test_rotation_in_an_overlap_keeps_the_newest_two(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    overlap = timedelta(hours=1)
    _, second = services.rotate_secret(scenario.organization, endpoint.pk, overlap=overlap, by=SYSTEM)

    rotated, third = services.rotate_secret(scenario.organization, endpoint.pk, overlap=overlap, by=SYSTEM)

    assert endpoint_secrets.open_secrets(rotated) == [third, second]
