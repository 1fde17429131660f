"""Which endpoint gets its messages next."""

from datetime import timedelta

import pytest
from django.utils import timezone

from krafter_audit.db import leases
from notifications import jobs
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import delivery, queueing
from tests import factories
from tests.factories import Scenario
from tests.fakes.raw_servers import Server, answer, sends
from tests.unit.notifications.webhooks.conftest import make_endpoint, queue_events

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_recorded_use"), pytest.mark.slow]


def waiting_endpoint(scenario: Scenario, receiver: Server, path: str, *, age_minutes: int) -> WebhookEndpoint:
    """Create an endpoint some minutes ago."""
    endpoint, _ = make_endpoint(scenario, f"{receiver.url}/{path}")
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        created_at=timezone.now() - timedelta(minutes=age_minutes)
    )
    return endpoint


def paths(receiver: Server) -> list[str]:
    """Return the last parts of the requested URLs."""
    return [request.split(b" ")[1].decode().rpartition("/")[2] for request in receiver.requests]


def test_organization_with_many_endpoints_delays_no_other(scenario: Scenario, receiver: Server) -> None:
    other = factories.scenario()
    for name, age in (("first", 9), ("second", 8), ("third", 7)):
        waiting_endpoint(scenario, receiver, name, age_minutes=age)
    waiting_endpoint(other, receiver, "other", age_minutes=1)
    for tenant in (scenario, other):
        factories.finding(tenant)
    queue_events()

    while queueing.run_next():
        pass

    assert paths(receiver) == ["first", "other", "second", "third"]


def test_endpoint_with_a_backlog_waits_after_its_messages_for_the_others(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TIME_BUDGET_SECONDS", 0.0)
    monkeypatch.setattr(delivery, "MAX_PARALLEL", 1)
    for name, age in (("first", 9), ("second", 8)):
        waiting_endpoint(scenario, receiver, name, age_minutes=age)
    for _ in range(2):
        factories.finding(scenario)
    queue_events()

    for _ in range(4):
        assert queueing.run_next()

    assert paths(receiver) == ["first", "second", "first", "second"]


def test_endpoint_that_refuses_is_not_tried_before_the_others(scenario: Scenario, receiver: Server) -> None:
    receiver.respond = sends(answer(b"", status="500 Internal Server Error"))
    for name, age in (("first", 9), ("second", 8)):
        waiting_endpoint(scenario, receiver, name, age_minutes=age)
    for _ in range(delivery.MAX_PARALLEL + 1):
        factories.finding(scenario)
    queue_events()

    for _ in range(2):
        queueing.run_next()

    assert set(paths(receiver)[: delivery.MAX_PARALLEL]) == {"first"}
    assert set(paths(receiver)[delivery.MAX_PARALLEL :]) == {"second"}


def test_endpoint_that_another_worker_has_is_left_out(
    scenario: Scenario, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "MAX_RUNNING", 2)
    held = waiting_endpoint(scenario, receiver, "held", age_minutes=9)
    waiting_endpoint(scenario, receiver, "waiting", age_minutes=1)
    factories.finding(scenario)
    queue_events()
    leases.acquire(WebhookEndpoint, held.pk, seconds=60)

    for _ in range(2):
        jobs.deliver_to_webhook(str(held.pk))

    assert paths(receiver) == ["waiting"]
    assert EventDelivery.objects.get(endpoint=held).status == "pending"


def test_organization_leaves_a_process_to_others_while_one_of_its_endpoints_is_served(
    scenario: Scenario, receiver: Server, enqueued: list[tuple[str, ...]]
) -> None:
    other = factories.scenario()
    first = waiting_endpoint(scenario, receiver, "first", age_minutes=9)
    waiting_endpoint(scenario, receiver, "second", age_minutes=8)
    waiting_endpoint(other, receiver, "other", age_minutes=1)
    for tenant in (scenario, other):
        factories.finding(tenant)
    queue_events()
    leases.acquire(WebhookEndpoint, first.pk, seconds=600)
    runs = [queueing.run_next(), queueing.run_next()]
    beside = paths(receiver)
    WebhookEndpoint.objects.filter(pk=first.pk).update(lease_until=None)
    enqueued.clear()

    queueing.run_next()

    assert (runs, beside, paths(receiver)) == ([True, False], ["other"], ["other", "first"])
    assert enqueued == [("notifications.deliver_to_webhook", str(first.pk))]  # for the second one


def test_endpoint_that_refuses_lets_the_others_of_its_organization_follow_at_once(
    scenario: Scenario, receiver: Server, enqueued: list[tuple[str, ...]]
) -> None:
    receiver.respond = sends(answer(b"", status="500 Internal Server Error"))
    waiting_endpoint(scenario, receiver, "first", age_minutes=9)
    for _ in range(delivery.MAX_PARALLEL + 1):
        factories.finding(scenario)
    queue_events()
    enqueued.clear()

    queueing.run_next()
    alone = list(enqueued)
    second = waiting_endpoint(scenario, receiver, "second", age_minutes=8)
    factories.finding(scenario)
    queue_events()
    enqueued.clear()
    queueing.run_next()

    assert alone == []
    assert enqueued == [("notifications.deliver_to_webhook", str(second.pk))]  # for the first one


def test_sweep_enqueues_what_no_worker_holds_the_longest_waiting_first(
    scenario: Scenario, receiver: Server, enqueued: list[tuple[str, ...]]
) -> None:
    now = timezone.now()
    second = waiting_endpoint(scenario, receiver, "second", age_minutes=1)
    first = waiting_endpoint(scenario, receiver, "first", age_minutes=9)
    factories.finding(scenario)
    queue_events()
    later = waiting_endpoint(scenario, receiver, "later", age_minutes=1)
    held = waiting_endpoint(scenario, receiver, "held", age_minutes=1)
    for endpoint, minutes in ((second, -1), (first, -2), (later, 1), (held, -3)):
        notice_due_at = now + timedelta(minutes=minutes)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(notice_due_at=notice_due_at)
    leases.acquire(WebhookEndpoint, held.pk, seconds=60)
    enqueued.clear()

    queueing.requeue_pending()

    assert enqueued == [
        ("notifications.deliver_to_webhook", str(first.pk)),
        ("notifications.deliver_to_webhook", str(second.pk)),
        ("notifications.send_webhook_notice", str(first.pk)),
        ("notifications.send_webhook_notice", str(second.pk)),
    ]
