"""Events reach their consumers through the outbox: once each, also when a consumer fails."""

import importlib
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

import integrations.registrations
import notifications.registrations
from accounts.actors import SYSTEM
from events import outbox
from events.log import log_event, log_events
from events.models import Event, OutboxEntry
from events.names import PROJECT_EVENTS
from remediation.policy_simulation import impact, plans
from remediation.services import policies
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


def test_an_event_is_consumed_once_by_each_consumer(scenario: Scenario, consumer: str):
    outbox.register_consumer("reader", [HAPPENED, "other.happened"])
    log_event(HAPPENED, factories.task(scenario), by=SYSTEM, count=1)
    log_event("other.happened", factories.task(scenario), by=SYSTEM)

    [batch] = consumed(consumer)

    assert (batch.project_id, batch.name) == (scenario.project.pk, HAPPENED)
    assert [event.data for event in batch.events] == [{"count": 1}]
    assert consumed(consumer) == []
    assert [event.name for event in consumed("reader")] == [HAPPENED, "other.happened"]


def test_events_logged_together_are_one_entry_in_order(scenario: Scenario, consumer: str):
    subjects = [(scenario.project.pk, {"index": index}) for index in range(3)]
    log_events(HAPPENED, scenario.project, subjects, by=SYSTEM)

    [batch] = consumed(consumer)

    assert [event.data["index"] for event in batch.events] == [0, 1, 2]


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


def test_end_of_the_time_of_a_job_ends_the_run(scenario: Scenario, consumer: str):
    log_event(HAPPENED, factories.task(scenario), by=SYSTEM)

    def handle(batch: outbox.EventBatch) -> None:
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        outbox.consume(consumer, handle)
    assert OutboxEntry.objects.get().attempts == 0


def fail(batch: outbox.EventBatch) -> None:
    raise ValueError


def test_pause_of_an_entry_that_fails_is_doubled_up_to_an_hour(scenario: Scenario, consumer: str):
    log_event(HAPPENED, factories.task(scenario), by=SYSTEM)
    pauses = []
    with time_machine.travel(scenario.project.created_at + timedelta(hours=1), tick=False):
        now = timezone.now()
        for attempts in (0, 1, 2, 9, 50):
            OutboxEntry.objects.update(attempts=attempts, not_before=now)
            outbox.consume(consumer, fail)
            pauses.append((OutboxEntry.objects.get().not_before - now).total_seconds())

    assert pauses == [10, 20, 40, 3600, 3600]


def test_postponed_entry_is_processed_when_it_is_due(scenario: Scenario, consumer: str):
    log_event(HAPPENED, factories.task(scenario), by=SYSTEM)
    outbox.consume(consumer, fail)
    OutboxEntry.objects.update(not_before=scenario.project.created_at)

    assert len(consumed(consumer)) == 1
    assert not OutboxEntry.objects.exists()


def test_apps_register_the_events_that_they_consume():
    for module in (integrations.registrations, notifications.registrations):
        importlib.reload(module)

    registered = {name: consumer.names for name, consumer in outbox._consumers.items()}
    assert registered["tickets"] == {"verification.checked", "verification.approved", "verification.reopened"}
    assert registered["alerts"] == {
        "finding.created", "finding.regressed", "verification.reopened", "task.overdue",
        "task.due_soon", "finding.dismissal_expired",
    }  # fmt: skip
    assert registered["webhooks"] == set(PROJECT_EVENTS)


def test_consumer_gets_the_events_that_a_policy_writes_by_sql(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MAX_ENTRY_EVENTS", 2)
    outbox.register_consumer("listener", impact.LOGGED_EVENT_NAMES)
    findings = [factories.finding(scenario, severity="high").pk for _ in range(3)]
    config: dict[str, Any] = {"severity_rules": {"security": "low"}}
    token = plans.simulate(policies.current(scenario.project), config)["plan_token"]

    policies.replace(scenario.project, config=config, name=None, plan_token=token, by=SYSTEM)

    batches = consumed("listener")
    assert [(batch.name, len(batch.events)) for batch in batches] == [
        ("finding.updated", 2), ("finding.updated", 1),
    ]  # fmt: skip
    assert {event.subject_id for batch in batches for event in batch.events} == set(findings)
    written = set(
        re.findall(r"'([a-z_]+\.[a-z_]+)'", impact.APPLY_SEVERITY_CHANGES + impact.APPLY_DUE_DATE_CHANGES)
    )
    assert written == set(impact.LOGGED_EVENT_NAMES)


def test_consumer_gets_the_events_of_the_organisations_that_it_wants(scenario: Scenario, consumer: str):
    other = factories.scenario()
    outbox.register_consumer(consumer, [HAPPENED], organization_filter=lambda pk: pk == other.organization.pk)
    log_event(HAPPENED, factories.task(scenario), by=SYSTEM)
    log_event(HAPPENED, factories.task(other), by=SYSTEM)

    assert [batch.project_id for batch in consumed(consumer)] == [other.project.pk]


def test_events_that_do_not_concern_a_consumer_cost_it_no_entry(scenario: Scenario, consumer: str):
    outbox.register_consumer(consumer, [HAPPENED], event_filter=lambda event: event.data["index"] == 1)
    for indexes in ([0, 1, 2], [0]):
        subjects = [(scenario.project.pk, {"index": index}) for index in indexes]
        log_events(HAPPENED, scenario.project, subjects, by=SYSTEM)

    assert OutboxEntry.objects.count() == 1
    assert [[event.data["index"] for event in batch.events] for batch in consumed(consumer)] == [[1]]


def test_large_batch_of_events_is_split_into_entries(
    scenario: Scenario, consumer: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MAX_ENTRY_EVENTS", 2)
    subjects = [(scenario.project.pk, {"index": index}) for index in range(3)]
    log_events(HAPPENED, scenario.project, subjects, by=SYSTEM)

    assert [[event.data["index"] for event in batch.events] for batch in consumed(consumer)] == [[0, 1], [2]]
