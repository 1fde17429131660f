"""Workers that queue and deliver the same events at the same time: each is delivered once, in its subject's order."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from events.models import Event
from findings.services import triage
from krafter_audit.db.advisory_locks import advisory_lock
from notifications.models import EventDelivery
from notifications.webhooks import delivery, endpoint_cache, fan_out, services
from tests import factories
from tests.fakes.raw_servers import Server
from tests.races import threads
from tests.unit.notifications.webhooks.conftest import received

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

URL = "https://hooks.example.com/krafter"
STATUSES = ("triaged", "in_progress", "ready_verify", "triaged", "in_progress")


def test_simultaneous_workers_deliver_each_event_once_and_in_order(
    settings: Settings, enqueued: list[tuple[str, ...]]
) -> None:
    scenario = factories.scenario()
    endpoint_cache._entries.clear()
    with Server() as receiver:
        settings.KRAFTER_ALLOWED_NETWORKS = f"127.0.0.1/32:{receiver.port}"
        endpoint, _ = services.create(
            scenario.organization, url=receiver.url, by=SYSTEM, events=["finding.*"]
        )
        findings = [factories.finding(scenario) for _ in range(4)]

        def change(finding: Any, status: str) -> Any:
            return lambda: triage.update(finding.pk, changes={"status": status}, by=SYSTEM)

        def deliver() -> None:
            delivery.deliver(endpoint.pk)

        with threads.racers(8) as race:
            for status in STATUSES:
                changes = [change(finding, status) for finding in findings]
                results = race(*changes, fan_out.run, fan_out.run, deliver, deliver)
                assert threads.errors_in(results) == []
        fan_out.run()
        deliver()
        requests = received(receiver)

    order: dict[str, list[int]] = defaultdict(list)
    for request in requests:
        order[request.json["data"]["subject_id"]].append(request.json["data"]["id"])
    expected = Event.objects.filter(name__startswith="finding.").count()
    assert (len(requests), len({request.headers["webhook-id"] for request in requests})) == (
        expected,
        expected,
    )
    assert all(ids == sorted(ids) for ids in order.values())
    assert set(EventDelivery.objects.values_list("status", flat=True)) == {"delivered"}


def test_a_worker_stores_no_deliveries_while_another_transaction_does(
    enqueued: list[tuple[str, ...]],
) -> None:
    scenario = factories.scenario()
    endpoint_cache._entries.clear()
    services.create(scenario.organization, url=URL, by=SYSTEM, events=["finding.*"])
    factories.finding(scenario)

    def run_in_another_connection() -> int:
        with closing(connection):
            fan_out.run()
            return EventDelivery.objects.count()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        advisory_lock(fan_out.LOCK)
        meanwhile = other.submit(run_in_another_connection).result(threads.MAX_SECONDS)
    fan_out.run()

    assert (meanwhile, EventDelivery.objects.count()) == (0, 1)


def test_replay_waits_for_the_worker_before_it_locks_the_endpoint(enqueued: list[tuple[str, ...]]) -> None:
    scenario = factories.scenario()
    endpoint, _ = services.create(scenario.organization, url=URL, by=SYSTEM, events=["finding.*"])

    with CaptureQueriesContext(connection) as captured:
        services.replay_range(
            scenario.organization,
            endpoint.pk,
            after=timezone.now() - timedelta(hours=1),
            before=None,
            include_delivered=False,
            by=SYSTEM,
        )

    locks = [
        query["sql"]
        for query in captured.captured_queries
        if "advisory" in query["sql"] or "FOR " in query["sql"]
    ]
    assert ["pg_advisory_xact_lock" in sql for sql in locks[:2]] == [True, False]
