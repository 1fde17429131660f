"""Events become alerts as the policy routes them, within the hourly limit."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_httpserver import HTTPServer

from accounts import services
from accounts.actors import SYSTEM
from events.models import Event
from findings.models import Finding
from notifications.alerts import batching
from notifications.models import Alert
from remediation.models import Task
from remediation.services import policies, verdicts
from tests import factories
from tests.factories import Scenario
from tests.unit.notifications.conftest import alerts, make_findings, process_events, run_workers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_policy_routes_severities_to_channels(scenario: Scenario, slack: HTTPServer) -> None:
    make_findings(scenario, 1, severity="high")
    make_findings(scenario, 1, severity="critical", start=1)

    run_workers()

    assert (alerts("slack"), alerts("email")) == ([("sent", 2, 0)], [("sent", 1, 0)])
    assert [email.to for email in mail.outbox] == [[scenario.owner.email]]
    assert mail.outbox[0].subject == "production-website: new: 1 critical"


def test_invalid_routing_sends_no_alert(scenario: Scenario, slack: HTTPServer) -> None:
    policies.replace(scenario.project, config={"alert_routing": "everybody"}, name=None, by=SYSTEM)
    make_findings(scenario, 3)

    run_workers()

    assert Alert.objects.count() == 0


def test_finding_reported_again_is_not_alerted_again(scenario: Scenario, slack: HTTPServer) -> None:
    make_findings(scenario, 1)
    run_workers()

    make_findings(scenario, 1)
    run_workers()

    assert alerts("slack") == [("sent", 1, 0)]


def test_regressed_and_reopened_findings_are_alerted(scenario: Scenario, slack: HTTPServer) -> None:
    (finding,) = make_findings(scenario, 1)
    run_workers()
    Finding.objects.update(status="resolved")
    make_findings(scenario, 1)
    run_workers()
    task = factories.task(scenario, of=finding, status="ready_verify")
    verdicts.reopen(factories.verification(scenario, of=task).pk, by=SYSTEM)
    run_workers()

    counts = Alert.objects.filter(channel="slack").order_by("created_at").values_list("counts", flat=True)
    assert list(counts) == [
        {"new": {"critical": 1}},
        {"regression": {"critical": 1}},
        {"regression": {"critical": 1}},
    ]


def test_overdue_task_is_alerted_once_per_due_date(scenario: Scenario, slack: HTTPServer) -> None:
    (finding,) = make_findings(scenario, 1)
    run_workers()
    task = factories.task(scenario, of=finding, sla_due_at=timezone.now() - timedelta(hours=1))
    for _ in range(3):
        run_workers()
    events = Event.objects.filter(name="task.overdue").count()
    Task.objects.filter(pk=task.pk).update(sla_due_at=timezone.now() - timedelta(minutes=1))
    run_workers()

    kinds = [set(counts) for counts in Alert.objects.filter(channel="slack").values_list("counts", flat=True)]
    assert (events, kinds.count({"overdue"})) == (1, 2)


def test_each_overdue_task_counts_and_its_finding_is_named_once(
    scenario: Scenario, slack: HTTPServer
) -> None:
    (finding,) = make_findings(scenario, 1)
    run_workers()
    yesterday = timezone.now() - timedelta(days=1)
    for _ in range(2):
        factories.task(scenario, of=finding, sla_due_at=yesterday)
    process_events()
    factories.task(scenario, of=finding, sla_due_at=yesterday)
    process_events()

    alert = Alert.objects.get(channel="slack", status="collecting")
    named = [(item["kind"], item["id"]) for item in alert.most_severe]
    assert (alert.total, alert.counts, named) == (
        3,
        {"overdue": {"critical": 3}},
        [("overdue", str(finding.pk))],
    )


def test_done_tasks_and_tasks_without_a_due_date_are_not_overdue(scenario: Scenario) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    Task.objects.filter(pk=factories.task(scenario, sla_due_at=yesterday).pk).update(status="done")
    factories.task(scenario, sla_due_at=None)
    factories.task(scenario, sla_due_at=timezone.now() + timedelta(hours=1))

    process_events()

    assert not Event.objects.filter(name="task.overdue").exists()


def test_events_beyond_the_hourly_limit_are_delayed_and_counted(
    scenario: Scenario, slack: HTTPServer
) -> None:
    for start in range(batching.MAX_ALERTS_PER_HOUR):
        make_findings(scenario, 1, start=start)
        run_workers()
    make_findings(scenario, 3, start=100)
    run_workers()
    delayed = alerts("slack")[-1]
    Alert.objects.filter(status="sent").update(sent_at=timezone.now() - timedelta(hours=1))
    Alert.objects.filter(status="collecting").update(due_at=timezone.now())
    run_workers()

    assert delayed == ("collecting", 3, 3)
    assert len(slack.log) == batching.MAX_ALERTS_PER_HOUR + 1
    remainder = slack.log[-1][0].get_json()["blocks"][-1]["text"]["text"]
    assert "3 of these came after 6 messages within an hour and were delayed." in remainder


def test_events_during_a_delivery_start_another_alert(scenario: Scenario, slack: HTTPServer) -> None:
    make_findings(scenario, 1)
    process_events()
    Alert.objects.filter(channel="slack").update(
        status="sending", lease_until=timezone.now() + timedelta(hours=1)
    )
    make_findings(scenario, 1, start=1)

    process_events()

    assert alerts("slack") == [("sending", 1, 0), ("collecting", 1, 0)]


def test_alert_whose_delivery_begins_after_its_first_events_gets_no_further_ones(
    scenario: Scenario, slack: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_findings(scenario, 1)
    process_events()
    make_findings(scenario, 1, start=1)
    create = Alert.objects.bulk_create

    def create_while_the_delivery_begins(*args: Any, **options: Any) -> list[Alert]:
        created = create(*args, **options)
        Alert.objects.filter(pk=first.pk).update(status="sending")
        return created

    first = Alert.objects.get(channel="slack")
    monkeypatch.setattr(Alert.objects, "bulk_create", create_while_the_delivery_begins)
    process_events()

    assert sum(total for _, total, _ in alerts("slack")) == 2


def test_events_after_the_batch_window_are_in_the_alert_that_waits_for_a_worker(
    scenario: Scenario, slack: HTTPServer
) -> None:
    make_findings(scenario, 1)
    process_events()
    Alert.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    make_findings(scenario, 1, start=1)

    run_workers()

    assert alerts("slack") == [("sent", 2, 0)]


def test_events_of_before_a_project_was_archived_are_alerted(scenario: Scenario, slack: HTTPServer) -> None:
    make_findings(scenario, 1)
    services.update_project(scenario.project, changes={"archived": True}, by=SYSTEM)

    run_workers()

    assert alerts("slack") == [("sent", 1, 0)]
