"""Old deliveries are deleted, except those that will be tried again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from notifications.jobs import delete_old_deliveries
from notifications.models import EventDelivery
from notifications.webhooks import services
from tests import factories
from tests.factories import Scenario
from tests.unit.notifications.webhooks.conftest import make_endpoint, queue_events

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/krafter"


def age_deliveries(days: int) -> None:
    EventDelivery.objects.update(created_at=timezone.now() - timedelta(days=days))


def test_old_deliveries_are_deleted_unless_they_are_tried_again(scenario: Scenario) -> None:
    enabled, _ = make_endpoint(scenario, URL)
    disabled, _ = make_endpoint(scenario, URL)
    for _ in range(2):
        factories.finding(scenario)
    queue_events()
    services.update(scenario.organization, disabled.pk, changes={"status": "disabled"}, by=SYSTEM)
    done = EventDelivery.objects.filter(endpoint=enabled).first()
    EventDelivery.objects.filter(pk=done.pk if done else None).update(
        status="delivered", next_attempt_at=None
    )
    age_deliveries(31)

    delete_old_deliveries()

    [kept] = EventDelivery.objects.all()
    assert (kept.endpoint_id, kept.status) == (enabled.pk, "pending")


@pytest.mark.parametrize(("keep", "days"), [(30, 29), (0, 400)])
def test_younger_deliveries_are_kept_and_all_if_there_is_no_limit(
    scenario: Scenario, settings: Settings, keep: int, days: int
) -> None:
    settings.KRAFTER_WEBHOOKS_KEEP_DAYS = keep
    make_endpoint(scenario, URL)
    factories.finding(scenario)
    queue_events()
    EventDelivery.objects.update(status="failed", next_attempt_at=None)
    age_deliveries(days)

    delete_old_deliveries()

    assert EventDelivery.objects.count() == 1
