"""Warnings before a due date are logged once for each task and offset, overdue tasks once."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Project
from events.models import Event
from findings.services import triage
from notifications.jobs import process_events
from notifications.models import Alert
from remediation.models import Task
from remediation.services import due_date_events, tasks
from remediation.services.due_date_events import log_due_tasks, log_overdue_tasks
from remediation.services.extensions import extend
from tests import factories
from tests.factories import Scenario
from tests.unit.remediation.sla.clock_scenarios import HOUR, HOURS, OFFICE, set_policy

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 30, 9, tzinfo=UTC)
WARNING: dict[str, Any] = {
    "sla_hours": HOURS,
    "sla": {"warnings": ["4h", "1d"]},
    "alert_routing": {"high": ["email"]},
}


def logged_hours() -> list[int]:
    """Return the hours before the due date of the warnings, in their order."""
    events = Event.objects.filter(name="task.due_soon").order_by("id")
    return [event.data["before_seconds"] // 3600 for event in events]


def test_each_warning_is_logged_once(scenario: Scenario):
    set_policy(scenario, WARNING)
    with time_machine.travel(START, tick=False) as clock:
        factories.task(scenario)  # due in 72 hours
        found = []
        for hours in (47, 1, 1, 19, 1, 5):
            clock.shift(hours * HOUR)
            log_due_tasks()
            log_due_tasks()
            found.append(logged_hours())

    assert found == [[], [24], [24], [24, 4], [24, 4], [24, 4]]


def test_a_task_that_is_nearer_than_both_warnings_is_logged_once(scenario: Scenario):
    set_policy(scenario, WARNING)
    with time_machine.travel(START, tick=False):
        factories.task(scenario, sla_due_at=START + 3 * HOUR)
        log_due_tasks()

    assert logged_hours() == [4]


def test_an_extended_due_date_is_warned_of_again(scenario: Scenario):
    set_policy(scenario, WARNING)
    with time_machine.travel(START, tick=False) as clock:
        task = factories.task(scenario)
        clock.shift(70 * HOUR)
        log_due_tasks()
        extend(task.pk, hours=48, reason="more", by=scenario.actor)
        log_due_tasks()
        clock.shift(40 * HOUR)
        log_due_tasks()
        tasks.update(task.pk, changes={"sla_due_at": START + 200 * HOUR}, by=scenario.actor)
        log_due_tasks()

    assert logged_hours() == [4, 24]


@pytest.mark.parametrize("in_bulk", [False, True])
def test_the_later_date_of_an_unblocked_task_is_warned_of_again(scenario: Scenario, in_bulk: bool):
    pausing = {"sla": {**WARNING["sla"], "pause_while_blocked": True}}
    set_policy(scenario, WARNING | pausing)

    def set_status(status: str) -> None:
        if in_bulk:
            body = {"ids": [str(task.pk)], "set": {"status": status}}
            assert scenario.client.call("post", "tasks/bulk-update", body).status_code == 200
        else:
            tasks.update(task.pk, changes={"status": status}, by=scenario.actor)

    with time_machine.travel(START, tick=False) as clock:
        task = factories.task(scenario)
        clock.shift(50 * HOUR)
        log_due_tasks()
        set_status("blocked")
        clock.shift(400 * HOUR)
        log_due_tasks()
        set_status("in_progress")
        log_due_tasks()

    assert logged_hours() == [24, 24]


@pytest.mark.parametrize("is_dismissed", [False, True])
def test_a_due_date_that_a_pause_outside_business_hours_keeps_is_warned_of_once(
    scenario: Scenario, is_dismissed: bool
):
    set_policy(
        scenario, WARNING | {"sla_hours": OFFICE["sla_hours"], "sla": {**OFFICE["sla"], **WARNING["sla"]}}
    )
    with time_machine.travel(START, tick=False) as clock:
        task = factories.task(scenario)  # due on Wednesday at 9:00
        clock.shift(30 * HOUR)
        log_due_tasks()
        clock.shift(5 * HOUR)  # on Tuesday at 20:00
        due = Task.objects.get().sla_due_at
        for blocked, dismissed in (("blocked", "dismissed"), ("in_progress", "triaged")):
            if is_dismissed:
                triage.update(task.finding_id, changes={"status": dismissed}, by=scenario.actor)
            else:
                tasks.update(task.pk, changes={"status": blocked}, by=scenario.actor)
            clock.shift(HOUR)
        log_due_tasks()

    assert (Task.objects.get().sla_due_at, logged_hours()) == (due, [24])


def test_done_tasks_and_policies_without_warnings_are_left_out(scenario: Scenario):
    with time_machine.travel(START, tick=False):
        factories.task(scenario, sla_due_at=START + HOUR)
        without_warnings = log_due_tasks()
        set_policy(scenario, WARNING)
        Task.objects.update(status="done")
        done = log_due_tasks()

    assert (without_warnings, done) == (0, 0)


def test_a_warning_is_an_alert(scenario: Scenario):
    set_policy(scenario, WARNING)
    finding = factories.finding(scenario)
    process_events()
    Alert.objects.all().delete()
    factories.task(scenario, of=finding, sla_due_at=timezone.now() + HOUR)

    log_due_tasks()
    process_events()

    alert = Alert.objects.get()
    assert (alert.counts, alert.most_severe[0]["kind"]) == ({"due_soon": {"high": 1}}, "due_soon")


def test_an_overdue_task_is_logged_once(scenario: Scenario):
    task = factories.task(scenario, sla_due_at=timezone.now() - HOUR)

    assert (log_overdue_tasks(), log_overdue_tasks()) == (1, 0)
    assert Event.objects.get(name="task.overdue").subject_id == task.pk


def test_tasks_of_an_archived_project_are_logged_when_it_is_restored(scenario: Scenario):
    factories.task(scenario, sla_due_at=timezone.now() - HOUR)
    Project.objects.update(archived_at=timezone.now())
    archived = log_overdue_tasks()
    Project.objects.update(archived_at=None)

    assert (archived, log_overdue_tasks()) == (0, 1)


def test_a_call_reads_no_task_of_archived_projects(scenario: Scenario):
    factories.task(scenario, sla_due_at=timezone.now() - HOUR)
    Project.objects.update(archived_at=timezone.now())

    with CaptureQueriesContext(connection) as captured:
        log_overdue_tasks()

    # The list of projects; each of their tasks stays unlogged until the project is restored.
    assert len(captured) == 1


def test_a_call_logs_a_limited_number_of_tasks_and_the_next_call_the_rest(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(due_date_events, "BATCH_SIZE", 2)
    other, now = factories.scenario(), timezone.now()
    later = [factories.task(scenario, sla_due_at=now - hours * HOUR) for hours in (2, 1)]
    first = factories.task(other, sla_due_at=now - 3 * HOUR)

    counts = [log_overdue_tasks() for _ in range(3)]

    events = Event.objects.filter(name="task.overdue").order_by("id")
    assert counts == [2, 1, 0]
    assert list(events.values_list("subject_id", flat=True)) == [first.pk, *(task.pk for task in later)]
