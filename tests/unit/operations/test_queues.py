"""What counts as pending work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import services
from operations.queues import pending_work
from tests import factories
from tests.factories import Scenario
from tests.unit.notifications.webhooks.conftest import make_endpoint, queue_events

pytestmark = pytest.mark.django_db


def test_messages_that_wait_for_their_endpoint_are_no_pending_work(scenario: Scenario) -> None:
    working, paused, disabled = [make_endpoint(scenario, "https://example.com/hook")[0] for _ in range(3)]
    for _ in range(2):
        factories.finding(scenario)
    queue_events()
    since = timezone.now() - timedelta(minutes=2)
    EventDelivery.objects.update(next_attempt_at=since)
    later = EventDelivery.objects.filter(endpoint=working).order_by("pk").last()
    EventDelivery.objects.filter(pk=later.pk).update(next_attempt_at=timezone.now() + timedelta(minutes=1))
    WebhookEndpoint.objects.filter(pk=paused.pk).update(paused_until=timezone.now() + timedelta(minutes=1))
    services.update(scenario.organization, disabled.pk, changes={"status": "disabled"}, by=SYSTEM)

    [found] = [work for work in pending_work() if work.kind == "webhook"]

    assert (found.rows, found.oldest) == (1, since)
