from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from events.models import Event
from notifications.errors import WebhookDisabled
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import services
from tests import factories
from tests.factories import Scenario
from tests.unit.notifications.webhooks.conftest import make_endpoint, queue_events

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/krafter"


def postponed(scenario: Scenario) -> WebhookEndpoint:
    """Create an endpoint with an event that is tried again tomorrow."""
    endpoint, _ = make_endpoint(scenario, URL)
    factories.finding(scenario)
    queue_events()
    tomorrow = timezone.now() + timedelta(days=1)
    EventDelivery.objects.filter(endpoint=endpoint).update(attempts=3, next_attempt_at=tomorrow)
    return endpoint


def test_enabled_endpoint_and_no_other_gets_its_pending_events_at_once(
    scenario: Scenario, enqueued: list[tuple[str, ...]], django_capture_on_commit_callbacks: Any
) -> None:
    endpoint, other = postponed(scenario), postponed(factories.scenario())
    services.update(scenario.organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)
    enqueued.clear()

    with django_capture_on_commit_callbacks(execute=True):
        services.update(scenario.organization, endpoint.pk, changes={"status": "enabled"}, by=SYSTEM)

    due = EventDelivery.objects.filter(next_attempt_at__lte=timezone.now())
    assert list(due.values_list("endpoint", "attempts")) == [(endpoint.pk, 0)]
    assert EventDelivery.objects.get(endpoint=other).attempts == 3
    assert enqueued == [("notifications.deliver_to_webhook", str(endpoint.pk))]


@pytest.mark.parametrize(
    "changes", [[{"status": "disabled"}, {"status": "enabled"}], [{"url": "https://other.example/hook"}]]
)
def test_endpoint_that_is_enabled_or_moved_has_no_timeouts(
    scenario: Scenario, changes: list[dict[str, str]]
) -> None:
    endpoint = postponed(scenario)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(timeouts=10)

    for change in changes:
        services.update(scenario.organization, endpoint.pk, changes=change, by=SYSTEM)

    assert WebhookEndpoint.objects.get(pk=endpoint.pk).timeouts == 0


def test_changes_of_an_endpoint_are_logged(scenario: Scenario) -> None:
    organization, endpoint = scenario.organization, postponed(scenario)
    pk, delivery = endpoint.pk, EventDelivery.objects.get()
    hour_ago = timezone.now() - timedelta(hours=1)

    services.update(organization, pk, changes={"description": "new"}, by=scenario.actor)
    services.rotate_secret(organization, pk, overlap=timedelta(0), by=scenario.actor)
    services.replay(organization, pk, delivery.pk, by=scenario.actor)
    services.replay_range(
        organization, pk, after=hour_ago, before=None, include_delivered=False, by=scenario.actor
    )
    services.delete(organization, pk, by=scenario.actor)

    logged = Event.objects.filter(subject_id=pk).order_by("pk")
    assert [(event.name.removeprefix("webhook."), event.actor_id) for event in logged] == [
        ("created", None),
        *(
            (name, scenario.owner.pk)
            for name in ("updated", "secret_rotated", "replayed", "replayed", "deleted")
        ),
    ]
    assert logged[4].data["include_delivered"] is False


def test_deleting_an_endpoint_leaves_the_others(scenario: Scenario) -> None:
    endpoint, other = (make_endpoint(scenario, URL)[0] for _ in range(2))
    elsewhere, _ = make_endpoint(factories.scenario(), URL)

    services.delete(scenario.organization, endpoint.pk, by=SYSTEM)

    assert set(WebhookEndpoint.objects.values_list("pk", flat=True)) == {other.pk, elsewhere.pk}


def test_requested_message_is_enqueued_after_the_commit(
    scenario: Scenario, enqueued: list[tuple[str, ...]], django_capture_on_commit_callbacks: Any
) -> None:
    endpoint = postponed(scenario)
    enqueued.clear()

    with django_capture_on_commit_callbacks(execute=True):
        services.send_test(scenario.organization, endpoint.pk, by=SYSTEM)
        before = list(enqueued)

    assert (before, enqueued) == ([], [("notifications.deliver_to_webhook", str(endpoint.pk))])


def test_long_reason_of_a_disabled_endpoint_is_cut_to_its_column(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)

    services.disable_after_failure(endpoint, "x" * 400)

    assert WebhookEndpoint.objects.get().disabled_reason == "x" * 300


def test_deliveries_of_a_killed_worker_do_not_count_as_attempts_of_the_notice(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    WebhookEndpoint.objects.update(attempts=4)

    services.disable_after_failure(endpoint, "The endpoint answered 410 (Gone).")

    assert WebhookEndpoint.objects.get().attempts == 0


def test_delivery_of_a_disabled_endpoint_is_not_replayed(scenario: Scenario) -> None:
    organization, endpoint = scenario.organization, postponed(scenario)
    services.update(organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)
    [delivery] = EventDelivery.objects.all()

    with pytest.raises(WebhookDisabled):
        services.replay(organization, endpoint.pk, delivery.pk, by=SYSTEM)

    assert EventDelivery.objects.get().attempts == 3


def test_replay_of_a_period_leaves_test_events_out(scenario: Scenario) -> None:
    organization, (endpoint, _) = scenario.organization, make_endpoint(scenario, URL)
    test = services.send_test(organization, endpoint.pk, by=SYSTEM)
    EventDelivery.transitions.apply(test, "failed", next_attempt_at=None)

    replayed = services.replay_range(
        organization, endpoint.pk, after=test.event_at, before=None, include_delivered=True, by=SYSTEM
    )

    assert (replayed, EventDelivery.objects.get(pk=test.pk).status) == ((0, None), "failed")
