"""Events become deliveries of the endpoints that select them: once each, and none is missed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.actors import SYSTEM
from events import outbox
from events.log import log_event
from events.models import Event, OutboxEntry
from findings.services import triage
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import endpoint_cache, fan_out, services
from tests import factories
from tests.factories import Scenario
from tests.unit.notifications.webhooks.conftest import make_endpoint, queue_events

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/krafter"


def queued_types() -> list[str]:
    return list(EventDelivery.objects.order_by("event_id").values_list("event_type", flat=True))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ["finding.created", "task.created"]),
        (["task.created"], ["task.created"]),
        (["finding.*", "policy.*"], ["finding.created"]),
        (["finding.updated"], []),
    ],
)
def test_endpoint_gets_the_events_that_it_selects(
    scenario: Scenario, events: list[str], expected: list[str]
) -> None:
    make_endpoint(scenario, URL, events=events)
    factories.task(scenario)

    queue_events()

    assert queued_types() == expected


def test_endpoint_gets_the_events_of_its_projects(scenario: Scenario) -> None:
    other = accounts.create_project(scenario.organization, slug="shop", site_url="https://shop.example.com")
    make_endpoint(scenario, URL, project_ids=[other.pk], events=["finding.*"])
    in_other = Scenario(scenario.organization, scenario.owner, other, "", scenario.client)
    factories.finding(scenario)
    finding = factories.finding(in_other)

    queue_events()

    assert list(EventDelivery.objects.values_list("subject_id", flat=True)) == [finding.pk]


@pytest.mark.usefixtures("database_owner")  # who alone may delete evidence
def test_deleted_project_does_not_widen_the_filter(scenario: Scenario) -> None:
    other = accounts.create_project(scenario.organization, slug="shop", site_url="https://shop.example.com")
    make_endpoint(scenario, URL, project_ids=[other.pk])
    other.delete()
    factories.finding(scenario)

    queue_events()

    assert queued_types() == []


def test_events_of_another_organisation_are_not_stored(scenario: Scenario) -> None:
    make_endpoint(scenario, URL)
    other = factories.scenario()
    factories.finding(other)
    entries = OutboxEntry.objects.filter(consumer=fan_out.CONSUMER).count()

    queue_events()

    assert (entries, queued_types()) == (0, [])


def test_enabled_endpoints_get_the_events_of_their_own_organisation_alone(scenario: Scenario) -> None:
    scenarios, own = (scenario, factories.scenario()), []
    for tenant in scenarios:
        disabled, _ = make_endpoint(tenant, f"{URL}/disabled", events=["finding.*"])
        services.update(tenant.organization, disabled.pk, changes={"status": "disabled"}, by=SYSTEM)
        enabled, _ = make_endpoint(tenant, URL, events=["finding.*"])
        own.append((enabled.pk, factories.finding(tenant).pk))
    WebhookEndpoint.objects.update(enabled_at=timezone.now() - timedelta(hours=1))

    queue_events()

    assert sorted(EventDelivery.objects.values_list("endpoint", "subject_id")) == sorted(own)


def test_run_ends_after_its_time_and_the_next_one_continues(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_endpoint(scenario, URL)
    factories.task(scenario)
    WebhookEndpoint.objects.update(enabled_at=timezone.now() - timedelta(hours=1))
    monkeypatch.setattr(outbox, "BATCH_SIZE", 1)
    monkeypatch.setattr(fan_out, "TIME_BUDGET_SECONDS", 0.0)
    stored = []

    for _ in range(2):
        queue_events()
        stored.append(queued_types())

    assert stored == [["finding.created"], ["finding.created", "task.created"]]


def test_missed_event_is_sent_at_once(
    scenario: Scenario, enqueued: list[tuple[str, ...]], django_capture_on_commit_callbacks: Any
) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    factories.finding(scenario)
    OutboxEntry.objects.all().delete()

    with django_capture_on_commit_callbacks(execute=True):
        fan_out.queue_missed()

    assert enqueued == [("notifications.deliver_to_webhook", str(endpoint.pk))]


def test_missed_events_of_a_period_are_those_before_its_end(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL, events=["finding.*"])
    start = timezone.now()
    within = factories.finding(scenario)
    end = timezone.now()
    factories.finding(scenario)

    queued = fan_out.queue_logged(endpoint, list(fan_out.missing_events(endpoint, after=start, before=end)))

    assert (queued, EventDelivery.objects.get().subject_id) == (1, within.pk)


def test_event_is_stored_once_when_the_outbox_and_the_audit_log_have_it(scenario: Scenario) -> None:
    make_endpoint(scenario, URL)
    factories.finding(scenario)

    fan_out.queue_missed()
    queue_events()
    queue_events()

    assert queued_types() == ["finding.created"]


def test_event_of_a_process_that_did_not_know_the_endpoint_is_queued(scenario: Scenario) -> None:
    factories.finding(scenario)  # this process caches that there is no endpoint
    known = dict(endpoint_cache._entries)
    make_endpoint(scenario, URL, events=["finding.updated"])
    endpoint_cache._entries.update(known)
    finding = factories.finding(scenario)
    triage.update(finding.pk, changes={"status": "triaged"}, by=SYSTEM)
    entries = OutboxEntry.objects.filter(consumer=fan_out.CONSUMER).count()

    queue_events()

    assert (entries, queued_types()) == (0, ["finding.updated"])


def test_events_before_the_endpoint_are_not_delivered(scenario: Scenario) -> None:
    factories.finding(scenario)
    make_endpoint(scenario, URL)

    queue_events()

    assert queued_types() == []


def test_audit_log_is_searched_for_a_short_time_only(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    factories.finding(scenario)
    OutboxEntry.objects.all().delete()
    WebhookEndpoint.objects.update(enabled_at=timezone.now() - timedelta(minutes=4))

    fan_out.queue_missed()

    assert queued_types() == []


def test_missed_events_are_those_of_the_projects_of_the_endpoint_each_once(scenario: Scenario) -> None:
    other = accounts.create_project(scenario.organization, slug="shop", site_url="https://shop.example.com")
    third = accounts.create_project(scenario.organization, slug="blog", site_url="https://blog.example.com")
    chosen = [scenario.project.pk, other.pk]
    make_endpoint(scenario, URL, project_ids=chosen, events=["finding.*"])
    findings = {
        project.pk: factories.finding(
            Scenario(scenario.organization, scenario.owner, project, "", scenario.client)
        )
        for project in (scenario.project, other, third)
    }
    OutboxEntry.objects.all().delete()

    fan_out.queue_missed()

    queued = EventDelivery.objects.values_list("project", "subject_id")
    assert sorted(queued) == sorted((pk, findings[pk].pk) for pk in chosen)


@pytest.mark.parametrize("text", ["x" * 300_000, "\N{ROCKET}" * 70_000])
def test_very_large_event_is_sent_without_its_data(scenario: Scenario, text: str) -> None:
    make_endpoint(scenario, URL)
    finding = factories.finding(scenario)
    log_event("finding.updated", finding, by=SYSTEM, before=text)

    queue_events()

    payload: Any = EventDelivery.objects.get(event_type="finding.updated").payload
    assert len(payload) < 1000
    assert '"data":{},' in payload
    assert '"truncated":true' in payload


def test_many_events_cost_a_constant_number_of_statements(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    factories.finding(scenario)
    [event] = Event.objects.filter(name="finding.created")
    events = [Event(**{**_columns(event), "id": number}) for number in range(1, 400)]

    with django_assert_max_num_queries(3):
        assert fan_out.queue(endpoint, scenario.project, events) == 399


def test_many_events_enqueue_one_job_for_each_endpoint(
    scenario: Scenario, enqueued: list[tuple[str, ...]], django_capture_on_commit_callbacks: Any
) -> None:
    endpoints = [make_endpoint(scenario, f"{URL}/{number}")[0] for number in (1, 2)]
    WebhookEndpoint.objects.update(enabled_at=timezone.now() - timedelta(hours=1))
    for _ in range(3):
        factories.task(scenario)

    with django_capture_on_commit_callbacks(execute=True):
        queue_events()

    jobs = sorted(("notifications.deliver_to_webhook", str(endpoint.pk)) for endpoint in endpoints)
    assert (EventDelivery.objects.count(), sorted(enqueued)) == (12, jobs)


def _columns(event: Event) -> dict[str, Any]:
    return {field.attname: getattr(event, field.attname) for field in Event._meta.concrete_fields}


@pytest.mark.usefixtures("database_owner")  # who alone may delete evidence
def test_event_of_a_deleted_project_is_dropped(scenario: Scenario) -> None:
    make_endpoint(scenario, URL)
    factories.finding(scenario)
    scenario.project.delete()

    queue_events()

    assert (queued_types(), OutboxEntry.objects.filter(consumer=fan_out.CONSUMER).count()) == ([], 0)


def test_disabled_endpoint_stores_nothing(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    services.update(scenario.organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)
    factories.finding(scenario)

    queue_events()

    assert (queued_types(), endpoint_cache.has_endpoints(scenario.organization.pk)) == ([], False)


def test_endpoint_that_is_disabled_before_its_events_are_stored_gets_them_once_enabled(
    scenario: Scenario,
) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    factories.finding(scenario)
    services.update(scenario.organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)
    factories.task(scenario, of=factories.finding(scenario))

    queue_events()

    assert queued_types() == ["finding.created"]
