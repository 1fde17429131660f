"""The due date of a task follows its status, and is kept as met or missed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from events.models import Event
from remediation.models import Task
from remediation.services import bulk, tasks, verdicts
from remediation.services.due_dates import rules_of_version
from remediation.sla.business_hours import AllHours
from remediation.sla.models import SlaPause
from tests import factories
from tests.factories import Scenario
from tests.unit.remediation.sla.clock_scenarios import (
    HOUR,
    OFFICE,
    PAUSING,
    set_policy,
    set_status,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)  # 10:00 in Vienna


@pytest.fixture
def pausing_scenario(scenario: Scenario) -> Scenario:
    set_policy(scenario, PAUSING)
    return scenario


def moves(task: Task) -> list[tuple[str, Any, Any]]:
    events = Event.objects.filter(subject_id=task.pk, name="task.due_date_moved").order_by("id")
    return [
        (event.data["cause"], event.data["before"]["sla_due_at"], event.data["after"]["sla_due_at"])
        for event in events
    ]


def test_new_task_is_due_by_the_business_hours_of_the_policy(scenario: Scenario):
    set_policy(scenario, OFFICE)

    with time_machine.travel(MONDAY, tick=False):
        task = factories.task(scenario)

    assert task.sla_due_at == datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert task.sla_policy_version == 2


def test_blocking_pauses_and_unblocking_moves_the_due_date(pausing_scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        task = factories.task(pausing_scenario)
        due = task.sla_due_at
        clock.shift(10 * HOUR)
        blocked = set_status(pausing_scenario, task, "blocked")
        shown = blocked.sla_due_at
        clock.shift(30 * HOUR)
        unblocked = set_status(pausing_scenario, task, "in_progress")

    assert due is not None
    assert (shown, unblocked.sla_due_at) == (None, due + 30 * HOUR)
    later = f"{due + 30 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    assert moves(task) == [("blocked", f"{due:%Y-%m-%dT%H:%M:%SZ}", None), ("unblocked", None, later)]
    assert not Task.objects.filter(pk=task.pk, sla_due_at__lt=due).exists()


def test_a_default_policy_pauses_nothing(scenario: Scenario):
    task = factories.task(scenario)

    blocked = set_status(scenario, task, "blocked")

    assert (blocked.sla_due_at, blocked.sla_policy_version) == (task.sla_due_at, None)
    assert (moves(task), SlaPause.objects.count()) == ([], 0)


def test_a_policy_without_pauses_keeps_the_due_date_of_a_blocked_task(scenario: Scenario):
    set_policy(scenario, {**OFFICE, "sla": {**OFFICE["sla"], "pause_while_blocked": False}})
    task = factories.task(scenario)

    assert task.sla_policy_version == 2
    assert set_status(scenario, task, "blocked").sla_due_at == task.sla_due_at


def test_each_pause_ends_once(pausing_scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        task = factories.task(pausing_scenario)
        for status in ("blocked", "in_progress", "blocked", "in_progress"):
            last = set_status(pausing_scenario, task, status)
            clock.shift(HOUR)

    ends = SlaPause.objects.order_by("started_at").values_list("ended_at", flat=True)
    assert list(ends) == [MONDAY + HOUR, MONDAY + 3 * HOUR]
    assert last.sla_due_at == MONDAY + 74 * HOUR


def test_a_missed_due_date_is_not_paused(pausing_scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        task = factories.task(pausing_scenario)
        clock.shift(100 * HOUR)
        blocked = set_status(pausing_scenario, task, "blocked")

    assert (blocked.sla_due_at, SlaPause.objects.count()) == (task.sla_due_at, 0)


def test_a_task_that_is_created_blocked_begins_paused(pausing_scenario: Scenario):
    finding = factories.finding(pausing_scenario)
    task = tasks.create(
        pausing_scenario.project,
        finding_id=finding.pk,
        title="t",
        status="blocked",
        by=pausing_scenario.actor,
    )

    pause = SlaPause.objects.get(task=task)
    assert (task.sla_due_at, pause.left, pause.ended_at) == (None, 72 * HOUR, None)


def test_a_date_that_a_person_sets_is_not_moved(pausing_scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        task = factories.task(pausing_scenario)
        set_status(pausing_scenario, task, "blocked")
        chosen = MONDAY + 500 * HOUR
        tasks.update(task.pk, changes={"sla_due_at": chosen}, by=pausing_scenario.actor)
        clock.shift(HOUR)
        unblocked = set_status(pausing_scenario, task, "in_progress")
        again = set_status(pausing_scenario, task, "blocked")

    assert (unblocked.sla_due_at, again.sla_due_at) == (chosen, chosen)
    assert SlaPause.objects.get().ended_at == MONDAY + HOUR


def test_a_date_that_a_person_sets_and_removes_leaves_no_paused_clock(pausing_scenario: Scenario):
    task = set_status(pausing_scenario, factories.task(pausing_scenario), "blocked")
    tasks.update(task.pk, changes={"sla_due_at": MONDAY}, by=pausing_scenario.actor)

    changed = tasks.update(
        task.pk, changes={"sla_due_at": None, "status": "in_progress"}, by=pausing_scenario.actor
    )

    assert (changed.sla_due_at, changed.sla_is_paused) == (None, False)


def test_bulk_changes_pause_and_resume_clocks_as_single_changes_do(pausing_scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        rows = [factories.task(pausing_scenario) for _ in range(3)]
        not_chosen = factories.task(pausing_scenario)
        dismissed = factories.task(
            pausing_scenario, of=factories.finding(pausing_scenario, status="dismissed")
        )
        due = [row.sla_due_at for row in rows]
        pks = [row.pk for row in (*rows, dismissed)]
        for status in ("blocked", "ready_verify"):
            bulk.update(
                pausing_scenario.project, pks, changes={"status": status}, all_or_nothing=True, dry_run=False,
                by=pausing_scenario.actor,
            )  # fmt: skip
            if status == "blocked":
                paused = Task.objects.filter(sla_due_at=None)
                assert set(paused.values_list("pk", flat=True)) == set(pks)
            clock.shift(5 * HOUR)

    found = Task.objects.in_bulk(pks)
    assert [found[pk].sla_due_at for pk in pks] == [*(due_at + 5 * HOUR for due_at in due if due_at), None]
    assert [cause for cause, _, _ in moves(rows[0])] == ["blocked", "unblocked"]
    assert (moves(not_chosen), moves(dismissed)) == ([], [])


def test_bulk_change_moves_due_dates_in_the_name_of_its_author(pausing_scenario: Scenario):
    task = factories.task(pausing_scenario)

    bulk.update(
        pausing_scenario.project,
        [task.pk],
        changes={"status": "blocked"},
        all_or_nothing=True,
        dry_run=False,
        by=pausing_scenario.actor,
    )

    event = Event.objects.get(subject_id=task.pk, name="task.due_date_moved")
    assert (event.actor, event.actor_id) == (pausing_scenario.actor.kind, pausing_scenario.actor.user_id)


@pytest.mark.parametrize(("hours", "outcome"), [(71, "met"), (73, "missed")])
def test_approval_keeps_whether_the_due_date_was_met(scenario: Scenario, hours: int, outcome: str):
    with time_machine.travel(MONDAY, tick=False) as clock:
        verification = factories.verification(scenario)
        clock.shift(hours * HOUR)
        verdicts.approve(verification.pk, by=scenario.actor)

    task = Task.objects.get()
    assert (task.sla_outcome, task.sla_stopped_at) == (outcome, MONDAY + hours * HOUR)
    event = Event.objects.get(name="verification.approved")
    assert event.data["sla_outcome"] == outcome


def test_approval_of_a_task_without_a_due_date_has_no_outcome(scenario: Scenario):
    verification = factories.verification(scenario, of=factories.task(scenario, sla_due_at=None))

    verdicts.approve(verification.pk, by=scenario.actor)

    task = Task.objects.get()
    assert (task.sla_outcome, task.sla_stopped_at is not None) == ("", True)


def test_approval_of_a_blocked_task_ends_its_pause_in_time(pausing_scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        task = factories.task(pausing_scenario)
        verification = factories.verification(pausing_scenario, of=task)
        set_status(pausing_scenario, task, "blocked")
        clock.shift(500 * HOUR)
        verdicts.approve(verification.pk, by=pausing_scenario.actor)

    task.refresh_from_db()
    assert (task.sla_outcome, task.sla_due_at) == ("met", MONDAY + 572 * HOUR)
    assert SlaPause.objects.get().ended_at == MONDAY + 500 * HOUR


def test_a_reopened_task_continues_with_its_due_date(scenario: Scenario):
    verification = factories.verification(scenario)
    before = Task.objects.get().sla_due_at
    verdicts.approve(verification.pk, by=scenario.actor)

    verdicts.reopen(verification.pk, by=scenario.actor)

    task = Task.objects.get()
    assert (task.sla_outcome, task.sla_stopped_at, task.sla_due_at) == ("", None, before)


def test_rules_of_an_earlier_version_stay_known(pausing_scenario: Scenario):
    set_policy(pausing_scenario, {})

    rules = [rules_of_version(pausing_scenario.project.pk, version) for version in (2, 3, 99, None)]

    assert [rule.pause_while_blocked for rule in rules] == [True, False, False, False]
    assert {type(rule.calendar) for rule in rules} == {AllHours}
    assert rules[0].allowed("high") == timedelta(hours=72)
    assert not rules_of_version(factories.scenario().project.pk, 2).pause_while_blocked


def test_approval_of_a_done_task_keeps_when_and_how_its_clock_stopped(scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        first = factories.verification(scenario)
        verdicts.approve(first.pk, by=scenario.actor)
        clock.shift(1000 * HOUR)
        second = factories.verification(scenario, of=Task.objects.get(pk=first.task_id))
        verdicts.approve(second.pk, by=scenario.actor)

    task = Task.objects.get(pk=first.task_id)
    assert (task.status, task.sla_outcome, task.sla_stopped_at) == ("done", "met", MONDAY)
