"""Events reach their consumers through the outbox: once each, also when a consumer fails."""

import re

import pytest
from django.apps import apps
from django.db import transaction

from accounts.actors import SYSTEM
from events import outbox
from events.log import log_event, log_events
from events.models import Event, OutboxEntry
from remediation.policy_simulation import impact
from tests import factories
from tests.factories import Scenario

HAPPENED = "thing.happened"


@pytest.fixture(autouse=True)
def consumer(monkeypatch: pytest.MonkeyPatch) -> str:
    """A consumer of one kind of event, and no other."""
    monkeypatch.setattr(outbox, "_consumers", {})
    outbox.register_consumer("listener", [HAPPENED])
    return "listener"


def consumed(consumer: str) -> list[outbox.EventBatch]:
    batches: list[outbox.EventBatch] = []
    outbox.consume(consumer, batches.append)
    return batches


def test_an_event_is_consumed_once_by_its_consumer(scenario: Scenario, consumer: str):
    log_event(HAPPENED, factories.task(scenario), by=SYSTEM, count=1)
    log_event("other.happened", factories.task(scenario), by=SYSTEM)

    [batch] = consumed(consumer)

    assert (batch.project_id, batch.name) == (scenario.project.pk, HAPPENED)
    assert [event.data for event in batch.events] == [{"count": 1}]
    assert consumed(consumer) == []


def test_events_logged_together_are_one_entry_in_order(scenario: Scenario, consumer: str):
    subjects = [(scenario.project.pk, {"place": place}) for place in range(3)]
    log_events(HAPPENED, scenario.project, subjects, by=SYSTEM)

    [batch] = consumed(consumer)

    assert [event.data["place"] for event in batch.events] == [0, 1, 2]


def test_a_rolled_back_event_has_no_entry(scenario: Scenario):
    task = factories.task(scenario)

    with transaction.atomic():
        log_event(HAPPENED, task, by=SYSTEM)
        transaction.set_rollback(True)

    assert not Event.objects.filter(name=HAPPENED).exists()
    assert not OutboxEntry.objects.exists()


def test_an_entry_that_fails_is_postponed_and_the_others_are_handled(scenario: Scenario, consumer: str):
    outbox.register_consumer(consumer, [HAPPENED, "thing.broke"])
    task = factories.task(scenario)
    log_event("thing.broke", task, by=SYSTEM)
    log_event(HAPPENED, task, by=SYSTEM)

    def handle(batch: outbox.EventBatch) -> None:
        Event.objects.create(
            organization=scenario.organization, name="written", subject_id=task.pk, at=task.created_at
        )
        if batch.name == "thing.broke":
            raise ValueError

    assert outbox.consume(consumer, handle) == 1
    assert outbox.consume(consumer, handle) == 0  # not due yet
    [entry] = OutboxEntry.objects.all()
    assert (entry.name, entry.attempts) == ("thing.broke", 1)
    assert entry.not_before > task.created_at
    assert Event.objects.filter(name="written").count() == 1


def test_postponed_entry_is_processed_when_it_is_due(scenario: Scenario, consumer: str):
    log_event(HAPPENED, factories.task(scenario), by=SYSTEM)
    outbox.consume(consumer, lambda batch: [][1])
    OutboxEntry.objects.update(not_before=scenario.project.created_at)

    assert len(consumed(consumer)) == 1
    assert not OutboxEntry.objects.exists()


def test_apps_register_the_events_that_they_consume():
    for app in ("integrations", "notifications"):
        apps.get_app_config(app).ready()

    registered = outbox.registered_consumers()
    assert registered["tickets"] == {"verification.checked", "verification.approved", "verification.reopened"}
    assert registered["alerts"] == {
        "finding.created", "finding.regressed", "verification.reopened", "task.overdue",
    }  # fmt: skip


def test_no_consumer_misses_the_events_that_a_policy_writes_by_sql():
    for app in ("integrations", "notifications"):
        apps.get_app_config(app).ready()
    consumed_names = set().union(*outbox.registered_consumers().values())

    written = set(re.findall(r"'([a-z_]+\.[a-z_]+)'", impact.APPLY_SEVERITIES + impact.APPLY_DATES))

    assert written == {"finding.updated", "task.updated"}
    assert written.isdisjoint(consumed_names)
