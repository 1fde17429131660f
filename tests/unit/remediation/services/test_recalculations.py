"""Due dates of open tasks follow a new policy, in the background."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from events.models import Event
from remediation.models import Task
from remediation.policy_simulation import plans
from remediation.services import policies, recalculations, tasks
from remediation.services.extensions import extend
from remediation.sla.models import SlaPause, SlaRecalculation
from tests import factories
from tests.factories import Scenario
from tests.failing_rows import refuse
from tests.unit.remediation.sla.clock_scenarios import (
    HOUR,
    HOURS,
    OFFICE,
    PAUSING,
    finish_recalculation,
    set_policy,
    set_status,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)  # 10:00 in Vienna


def due_in_hours(task: Task) -> float | None:
    due = Task.objects.get(pk=task.pk).sla_due_at
    return None if due is None else (due - task.created_at) / HOUR


def counts(row: SlaRecalculation) -> dict[str, int]:
    return {name: getattr(row, name) for name in ("checked", *recalculations.COUNT_FIELDS)}


def test_open_tasks_follow_a_new_policy_and_others_stay(scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False):
        high, low = (
            factories.task(scenario),
            factories.task(scenario, of=factories.finding(scenario, severity="low")),
        )
        by_hand = factories.task(scenario, sla_due_at=MONDAY + HOUR)
        done = factories.task(scenario, status="done")
        set_policy(scenario, {**OFFICE, "sla_hours": {"high": 16}})
        assert due_in_hours(high) == 72  # nothing has changed yet
        row = finish_recalculation(scenario)

    assert [due_in_hours(task) for task in (high, low, by_hand, done)] == [48, None, 1, 72]
    assert counts(row) == {"checked": 2, "moved": 1, "added": 0, "removed": 1, "overdue_at_once": 0}
    assert row.finished_at is not None
    [moved] = Event.objects.filter(name="task.due_date_moved", subject_id=high.pk)
    assert (moved.data["cause"], moved.data["policy_version"]) == ("policy", 2)
    assert Event.objects.get(name="policy.due_dates_recalculated").data["moved"] == 1


def test_a_default_policy_recalculates_nothing(scenario: Scenario):
    factories.task(scenario)

    set_policy(scenario, {"sla_hours": {"high": 1}})
    set_policy(scenario, {"sla_hours": {"high": 1}, "sla": {"warnings": ["1h"]}})

    assert not SlaRecalculation.objects.exists()


def test_simulation_says_what_the_recalculation_then_moves(scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        for severity in ("critical", "high", "low"):
            factories.task(scenario, of=factories.finding(scenario, severity=severity))
        clock.shift(20 * HOUR)
        config = {**OFFICE, "sla_hours": {"critical": 1, "high": 16, "medium": 1}}

        simulated = plans.simulate(policies.current(scenario.project), config)["simulation"]["tasks"]
        set_policy(scenario, config)
        row = finish_recalculation(scenario)

    assert simulated == {"moved": 2, "added": 0, "removed": 1, "overdue_at_once": 1, "checked": 3}
    assert counts(row) == simulated


def test_pauses_and_extensions_are_kept(scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        set_policy(scenario, PAUSING)
        task = factories.task(scenario)
        set_status(scenario, task, "blocked")
        clock.shift(10 * HOUR)
        set_status(scenario, task, "in_progress")
        extend(task.pk, hours=5, reason="more", by=scenario.actor)
        set_policy(scenario, {**PAUSING, "sla_hours": {"high": 100}})
        finish_recalculation(scenario)
        with_pause = due_in_hours(task)
        set_policy(scenario, {"sla_hours": {"high": 100}})
        finish_recalculation(scenario)

    assert (with_pause, due_in_hours(task)) == (115, 105)
    assert Task.objects.get().sla_policy_version is None


def test_a_blocked_task_is_paused_from_when_the_policy_says_so(scenario: Scenario):
    with time_machine.travel(MONDAY, tick=False) as clock:
        task = factories.task(scenario, status="blocked")
        clock.shift(12 * HOUR)
        set_policy(scenario, PAUSING)
        row = finish_recalculation(scenario)
        pause = SlaPause.objects.get(task=task)
        assert (due_in_hours(task), pause.left, row.moved) == (None, 60 * HOUR, 1)
        clock.shift(HOUR)
        set_policy(scenario, {"sla_hours": HOURS})
        finish_recalculation(scenario)

    pause.refresh_from_db()
    assert (due_in_hours(task), pause.ended_at) == (72, MONDAY + 13 * HOUR)


def test_a_newer_policy_supersedes_a_recalculation(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recalculations, "BATCH_SIZE", 2)
    rows = [factories.task(scenario) for _ in range(3)]
    set_policy(scenario, {**PAUSING, "sla_hours": {"high": 10}})
    first = SlaRecalculation.objects.get()
    assert recalculations.run_batch(first.pk)

    set_policy(scenario, {**PAUSING, "sla_hours": {"high": 20}})
    second = finish_recalculation(scenario)

    first.refresh_from_db()
    assert (first.superseded, first.checked, recalculations.run_batch(first.pk)) == (True, 2, False)
    assert (second.checked, [due_in_hours(task) for task in rows]) == (3, [20, 20, 20])


def test_a_policy_starts_the_recalculation_of_its_project_alone(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    sent: list[Any] = []
    monkeypatch.setattr(recalculations, "enqueue_on_commit", lambda *message: sent.append(message))
    other = factories.scenario()
    for tenant in (other, scenario):
        factories.task(tenant)
        set_policy(tenant, {**PAUSING, "sla_hours": {"high": 10}})
    waiting, started = SlaRecalculation.objects.order_by("created_at")

    more = [recalculations.run_batch(started.pk) for _ in range(2)]

    for row in (waiting, started):
        row.refresh_from_db()
    assert sent == [("remediation.recalculate_due_dates", str(row.pk)) for row in (waiting, started)]
    assert (waiting.superseded, waiting.checked, waiting.finished_at) == (False, 0, None)
    # Not finished at once: a request that began before the policy may still create a task.
    assert (more, started.checked, started.finished_at) == ([True, False], 1, None)


def test_a_stopped_recalculation_continues_where_it_was(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recalculations, "BATCH_SIZE", 2)
    rows = [factories.task(scenario) for _ in range(5)]
    set_policy(scenario, {**PAUSING, "sla_hours": {"high": 10}})
    sent: list[Any] = []
    monkeypatch.setattr(recalculations, "enqueue", lambda *message: sent.append(message))
    recalculations.run_batch(SlaRecalculation.objects.get().pk)

    recalculations.requeue_unfinished()
    row = finish_recalculation(scenario)
    recalculations.requeue_unfinished()  # it is finished

    assert sent == [("remediation.recalculate_due_dates", str(row.pk))]
    assert (row.checked, row.moved, {due_in_hours(task) for task in rows}) == (5, 5, {10})


def test_a_long_recalculation_lets_other_jobs_follow_its_first_batches(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, enqueued: list[tuple[str, ...]]
):
    monkeypatch.setattr(recalculations, "BATCH_SIZE", 1)
    monkeypatch.setattr(recalculations, "TIME_BUDGET_SECONDS", -1.0)
    for _ in range(2):
        factories.task(scenario)
    set_policy(scenario, PAUSING)
    row = SlaRecalculation.objects.get()
    enqueued.clear()

    recalculations.run(row.pk)

    row.refresh_from_db()
    assert (row.checked, row.finished_at) == (1, None)
    assert enqueued == [("remediation.recalculate_due_dates", str(row.pk))]


def test_a_task_that_was_being_created_by_the_previous_policy_follows_too(scenario: Scenario):
    set_policy(scenario, PAUSING)
    late = factories.task(scenario)
    set_policy(scenario, {**PAUSING, "sla_hours": {"high": 10}})
    row = SlaRecalculation.objects.latest("created_at")
    # Its transaction was committed after the tasks of its time were read.
    Task.objects.filter(pk=late.pk).update(created_at=row.created_at - timedelta(seconds=1))
    SlaRecalculation.objects.filter(pk=row.pk).update(
        reached_at=row.created_at - timedelta(days=1), reached_id=late.pk
    )
    late.refresh_from_db()

    finish_recalculation(scenario)

    assert due_in_hours(late) == 10


def test_a_plan_sets_severities_and_dates_follow(scenario: Scenario):
    set_policy(scenario, PAUSING)
    task = factories.task(scenario)
    config = {**PAUSING, "severity_rules": {"security": "critical"}}
    token = plans.simulate(policies.current(scenario.project), config)["plan_token"]

    set_policy(scenario, config, plan_token=token)
    finish_recalculation(scenario)

    assert due_in_hours(task) == 24


def test_a_date_set_by_a_person_meanwhile_is_kept(scenario: Scenario):
    task = factories.task(scenario)
    set_policy(scenario, {**PAUSING, "sla_hours": {"high": 10}})
    chosen = task.created_at + 50 * HOUR
    tasks.update(task.pk, changes={"sla_due_at": chosen}, by=scenario.actor)

    assert counts(finish_recalculation(scenario))["checked"] == 0
    assert due_in_hours(task) == 50


def test_recalculation_that_fails_each_time_ends(scenario: Scenario):
    task = factories.task(scenario)
    set_policy(scenario, {"sla_hours": {"high": 8}, "sla": {"pause_while_blocked": True}})
    refuse(Task, "id", task.pk, on="UPDATE")

    rows = [finish_recalculation(scenario) for _ in range(recalculations.MAX_ATTEMPTS)]

    assert [row.finished_at is None for row in rows] == [True] * (recalculations.MAX_ATTEMPTS - 1) + [False]
    shown = scenario.client.call("get", "policies/current/recalculation").json()["data"]
    assert (shown["error"], shown["checked"]) == (recalculations.TOO_MANY_ATTEMPTS, 0)
    assert Event.objects.filter(name="policy.recalculation_failed").count() == 1


def test_recalculation_that_has_failed_before_goes_on(scenario: Scenario):
    factories.task(scenario)
    set_policy(scenario, {"sla_hours": {"high": 8}, "sla": {"pause_while_blocked": True}})
    SlaRecalculation.objects.update(attempts=recalculations.MAX_ATTEMPTS - 1)

    row = finish_recalculation(scenario)

    assert (row.moved, row.attempts, row.error) == (1, 0, "")
