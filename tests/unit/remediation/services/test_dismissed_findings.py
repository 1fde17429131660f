"""The clocks of tasks whose finding is dismissed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from bulk_changes import services as bulk_changes
from bulk_changes.services import BulkChangeResult
from events.models import Event
from findings.models import DismissalReason
from findings.services import bulk, dismissal_expiry, triage
from remediation.models import Task
from remediation.services import bulk as bulk_tasks
from remediation.services import extensions, tasks, verdicts
from remediation.services.due_date_events import log_due_tasks, log_overdue_tasks
from remediation.services.sla_clock import clock_of
from tests import factories
from tests.factories import Scenario
from tests.unit.remediation.sla.clock_scenarios import (
    HOUR,
    HOURS,
    PAUSING,
    finish_recalculation,
    set_policy,
    set_status,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def dismiss(scenario: Scenario, task: Task, **fields: Any) -> Task:
    triage.dismiss(task.finding_id, reason=DismissalReason.ACCEPTED_RISK, by=scenario.actor, **fields)
    return Task.objects.get(pk=task.pk)


def reopen(scenario: Scenario, task: Task) -> Task:
    triage.update(task.finding_id, changes={"status": "triaged"}, by=scenario.actor)
    return Task.objects.get(pk=task.pk)


def intervals_of(task: Task) -> list[tuple[str, float, str]]:
    found = clock_of(Task.objects.get(pk=task.pk))
    return [
        (interval.state.value, (interval.end - interval.start) / HOUR if interval.end else 0, interval.cause)
        for interval in found.intervals
    ]


COUNTS, DISMISSED = "Counts by the policy.", "The finding is dismissed."


def test_a_dismissal_pauses_the_clock_until_it_ends(scenario: Scenario, clock: Any):
    task = factories.task(scenario)
    due = task.sla_due_at
    clock.shift(12 * HOUR)
    dismissed = dismiss(scenario, task)
    clock.shift(100 * HOUR)
    state, logged = clock_of(dismissed).state, log_overdue_tasks()
    reopened = reopen(scenario, task)

    assert due is not None
    assert (dismissed.sla_due_at, state, logged) == (None, "paused", 0)
    assert reopened.sla_due_at == due + 100 * HOUR
    assert intervals_of(task) == [
        ("counting", 12, COUNTS),
        ("paused", 100, DISMISSED),
        ("counting", 60, COUNTS),
    ]
    causes = Event.objects.filter(subject_id=task.pk, name="task.due_date_moved").order_by("id")
    assert [event.data["cause"] for event in causes] == ["dismissed", "dismissal_ended"]


def test_an_overdue_task_is_overdue_again_after_the_dismissal(scenario: Scenario, clock: Any):
    task = factories.task(scenario)
    due = task.sla_due_at
    clock.shift(80 * HOUR)
    dismissed = dismiss(scenario, task)
    clock.shift(100 * HOUR)
    paused = clock_of(dismissed)
    during = (paused.state, paused.time_left, paused.allowed_time)
    reopened = reopen(scenario, task)
    clock.shift(HOUR)
    found = clock_of(reopened)

    assert (dismissed.sla_due_at, during) == (None, ("paused", -8 * HOUR, 72 * HOUR))
    assert (reopened.sla_due_at, found.state, found.overdue_time) == (due, "overdue", 9 * HOUR)
    assert [interval[:2] for interval in intervals_of(task)] == [
        ("counting", 72), ("overdue", 8), ("paused", 100), ("overdue", 1),
    ]  # fmt: skip


def test_a_dismissal_that_expires_resumes_the_clock(scenario: Scenario, clock: Any):
    task = factories.task(scenario)
    dismiss(scenario, task, accepted_until=(MONDAY + timedelta(days=30)).date())
    clock.shift(timedelta(days=31))

    dismissal_expiry.reopen_expired()

    assert Task.objects.get().sla_due_at == MONDAY + timedelta(days=31) + 72 * HOUR


def test_bulk_dismissals_and_their_replacement_pause_once(scenario: Scenario, clock: Any):
    rows = [factories.task(scenario) for _ in range(2)]
    ids = [row.finding_id for row in rows]
    request = {"ids": ids, "set": {"status": "dismissed"}, "mode": "all", "dry_run": False}
    bulk.update(scenario.project, request, by=scenario.actor)
    clock.shift(HOUR)
    again = dismiss(scenario, rows[0])

    assert set(Task.objects.values_list("sla_due_at", flat=True)) == {None}
    assert [pause.left for pause in again.sla_pauses.all()] == [72 * HOUR]


@pytest.mark.parametrize("status", ["in_progress", "blocked"])
def test_a_blocked_task_stays_paused_for_its_own_cause(scenario: Scenario, clock: Any, status: str):
    set_policy(scenario, PAUSING)
    task = set_status(scenario, factories.task(scenario), "blocked")
    dismiss(scenario, task)
    clock.shift(HOUR)
    changed = set_status(scenario, task, status)
    clock.shift(HOUR)
    reopened = reopen(scenario, task)

    assert changed.sla_due_at is None
    expected = None if status == "blocked" else MONDAY + 2 * HOUR + 72 * HOUR
    assert reopened.sla_due_at == expected
    assert clock_of(reopened).time_left == 72 * HOUR


def test_a_date_of_a_person_is_paused_and_one_set_meanwhile_is_kept_until_it_passes(
    scenario: Scenario, clock: Any
):
    task = factories.task(scenario)
    tasks.update(task.pk, changes={"sla_due_at": MONDAY + 5 * HOUR}, by=scenario.actor)
    dismissed = dismiss(scenario, task)
    chosen = MONDAY + 9 * HOUR
    changed = tasks.update(task.pk, changes={"sla_due_at": chosen}, by=scenario.actor).sla_due_at
    clock.shift(10 * HOUR)
    logged = log_overdue_tasks()
    passed = Task.objects.get()
    reopened = reopen(scenario, task)

    assert (dismissed.sla_due_at, changed, logged, passed.sla_due_at) == (None, chosen, 0, None)
    assert reopened.sla_due_at == chosen
    assert not Event.objects.filter(name="task.overdue").exists()


def test_a_date_of_a_person_can_be_extended_while_it_is_paused(scenario: Scenario, clock: Any):
    task, other = factories.task(scenario), factories.task(scenario)
    tasks.update(task.pk, changes={"sla_due_at": MONDAY + 5 * HOUR}, by=scenario.actor)
    dismiss(scenario, task)
    dismiss(scenario, other)

    extensions.extend(task.pk, hours=2, reason="more", by=scenario.actor)
    tasks.update(other.pk, changes={"sla_due_at": MONDAY + 9 * HOUR}, by=scenario.actor)

    assert reopen(scenario, task).sla_due_at == MONDAY + 7 * HOUR


@pytest.mark.parametrize(("hours", "due"), [(5, 77), (8, 80), (20, 93)])
def test_a_missed_date_that_is_extended_is_missed_only_if_it_was_past_at_the_dismissal(
    scenario: Scenario, clock: Any, hours: int, due: int
):
    task = factories.task(scenario)  # due in 72 hours
    clock.shift(80 * HOUR)
    dismiss(scenario, task)
    extensions.extend(task.pk, hours=hours, reason="more", by=scenario.actor)
    clock.shift(HOUR)

    assert reopen(scenario, task).sla_due_at == MONDAY + due * HOUR


def test_a_dismissed_finding_raises_no_warning(scenario: Scenario, clock: Any):
    set_policy(scenario, {"sla_hours": HOURS, "sla": {"warnings": ["1d"]}})
    task = dismiss(scenario, factories.task(scenario))
    tasks.update(task.pk, changes={"sla_due_at": MONDAY + 5 * HOUR}, by=scenario.actor)

    assert log_due_tasks() == 0


def test_a_new_task_of_a_dismissed_finding_begins_paused(scenario: Scenario, clock: Any):
    first = dismiss(scenario, factories.task(scenario))
    task = tasks.create(scenario.project, finding_id=first.finding_id, title="t", by=scenario.actor)
    clock.shift(HOUR)

    assert task.sla_due_at is None
    assert reopen(scenario, task).sla_due_at == MONDAY + 73 * HOUR


def test_a_policy_that_is_replaced_meanwhile_counts_after_the_dismissal(scenario: Scenario, clock: Any):
    task = dismiss(scenario, factories.task(scenario))
    clock.shift(10 * HOUR)
    set_policy(scenario, {"sla_hours": {**HOURS, "high": 24}, "sla": {"pause_while_blocked": True}})
    finish_recalculation(scenario)
    during = Task.objects.get().sla_due_at

    reopened = reopen(scenario, task)

    assert (during, reopened.sla_due_at) == (None, MONDAY + 34 * HOUR)
    assert reopened.sla_policy_version == 2


def test_a_policy_that_replaces_another_one_meanwhile_counts_after_the_dismissal(
    scenario: Scenario, clock: Any
):
    set_policy(scenario, PAUSING)
    task = dismiss(scenario, factories.task(scenario))
    set_policy(scenario, {**PAUSING, "sla_hours": {**HOURS, "high": 24}})
    finish_recalculation(scenario)
    clock.shift(10 * HOUR)

    assert reopen(scenario, task).sla_due_at == MONDAY + 34 * HOUR


def test_a_recalculation_of_another_project_leaves_the_time_left(scenario: Scenario, clock: Any):
    elsewhere = factories.scenario()
    for hours in (24, 48):
        set_policy(elsewhere, {**PAUSING, "sla_hours": {**HOURS, "high": hours}})
        finish_recalculation(elsewhere)
    set_policy(scenario, PAUSING)
    task = dismiss(scenario, factories.task(scenario))
    triage.update(task.finding_id, changes={"severity": "low"}, by=scenario.actor)
    set_policy(scenario, {**PAUSING, "alert_routing": {"low": ["email"]}})
    clock.shift(10 * HOUR)

    assert reopen(scenario, task).sla_due_at == MONDAY + 82 * HOUR


def test_a_blocked_task_to_which_a_person_gave_no_due_date_gets_none_after_a_dismissal(
    scenario: Scenario, clock: Any
):
    set_policy(scenario, PAUSING)
    task = set_status(scenario, factories.task(scenario), "blocked")
    for due in (MONDAY + 5 * HOUR, None):
        tasks.update(task.pk, changes={"sla_due_at": due}, by=scenario.actor)
    dismiss(scenario, task)
    set_status(scenario, task, "in_progress")

    assert reopen(scenario, task).sla_due_at is None


def test_a_policy_with_the_same_clock_leaves_the_time_left(scenario: Scenario, clock: Any):
    set_policy(scenario, PAUSING)
    task = dismiss(scenario, factories.task(scenario))
    triage.update(task.finding_id, changes={"severity": "low"}, by=scenario.actor)
    set_policy(scenario, {**PAUSING, "alert_routing": {"low": ["email"]}})
    clock.shift(10 * HOUR)

    assert reopen(scenario, task).sla_due_at == MONDAY + 82 * HOUR


def test_a_policy_that_is_replaced_meanwhile_gives_the_first_date(scenario: Scenario, clock: Any):
    set_policy(scenario, {"sla_hours": {"low": 9}})
    task = dismiss(scenario, factories.task(scenario))
    set_policy(scenario, PAUSING)
    finish_recalculation(scenario)
    clock.shift(HOUR)

    assert (task.sla_due_at, reopen(scenario, task).sla_due_at) == (None, MONDAY + 72 * HOUR)


@pytest.mark.slow
def test_a_policy_that_is_replaced_meanwhile_counts_for_the_severity_set_with_the_status(
    scenario: Scenario, clock: Any
):
    single, bulk_task = (
        dismiss(scenario, factories.task(scenario)),
        dismiss(scenario, factories.task(scenario)),
    )
    set_policy(scenario, PAUSING)
    finish_recalculation(scenario)
    changes = {"severity": "critical", "status": "triaged"}
    request = {"ids": [bulk_task.finding_id], "set": changes, "mode": "all", "dry_run": False}

    triage.update(single.finding_id, changes=changes, by=scenario.actor)
    bulk.update(scenario.project, request, by=scenario.actor)

    due = [Task.objects.get(pk=task.pk).sla_due_at for task in (single, bulk_task)]
    assert due == [MONDAY + 24 * HOUR] * 2


def test_hours_can_be_added_to_a_paused_clock(scenario: Scenario, clock: Any):
    late, early = factories.task(scenario), factories.task(scenario)
    clock.shift(80 * HOUR)
    dismiss(scenario, late)
    Task.objects.filter(pk=early.pk).update(sla_due_at=MONDAY + 90 * HOUR)
    dismiss(scenario, early)
    for task, hours in ((late, 4), (late, 5), (early, 5)):
        extensions.extend(task.pk, hours=hours, reason="more", by=scenario.actor)

    assert [reopen(scenario, task).sla_due_at for task in (late, early)] == [
        MONDAY + 81 * HOUR,
        MONDAY + 95 * HOUR,
    ]


def test_reopening_a_verification_ends_the_pause(scenario: Scenario, clock: Any):
    verification = factories.verification(scenario)
    task = dismiss(scenario, Task.objects.get())
    clock.shift(HOUR)

    verdicts.reopen(verification.pk, by=scenario.actor)

    assert Task.objects.get(pk=task.pk).sla_due_at == MONDAY + 73 * HOUR


def set_in_bulk(scenario: Scenario, task: Task, due: datetime) -> Any:
    result = bulk_tasks.update(
        scenario.project,
        [task.pk],
        changes={"sla_due_at": due},
        all_or_nothing=True,
        dry_run=False,
        by=scenario.actor,
    )
    assert isinstance(result, BulkChangeResult)
    return result.bulk_change.pk


def test_undo_of_a_due_date_that_was_set_during_the_dismissal_pauses_the_clock_again(
    scenario: Scenario, clock: Any
):
    task = factories.task(scenario)
    due = task.sla_due_at
    assert due is not None
    dismiss(scenario, task)
    clock.shift(HOUR)
    bulk_change_id = set_in_bulk(scenario, task, MONDAY + 5 * HOUR)
    clock.shift(HOUR)
    undone = bulk_changes.undo(bulk_change_id, by=scenario.actor)
    task.refresh_from_db()
    paused = (task.sla_due_at, clock_of(task).state)
    clock.shift(HOUR)

    assert undone.summary.changed == 1
    assert paused == (None, "paused")
    assert reopen(scenario, task).sla_due_at == due + 3 * HOUR


def test_undo_of_a_due_date_after_the_dismissal_resumes_the_clock(scenario: Scenario, clock: Any):
    task = factories.task(scenario)
    due = task.sla_due_at
    assert due is not None
    dismiss(scenario, task)
    clock.shift(HOUR)
    bulk_change_id = set_in_bulk(scenario, task, MONDAY + 500 * HOUR)
    reopen(scenario, task)
    clock.shift(HOUR)
    bulk_changes.undo(bulk_change_id, by=scenario.actor)

    task.refresh_from_db()
    assert (task.sla_due_at, clock_of(task).state) == (due + 2 * HOUR, "running")


def test_undo_of_the_passed_date_of_a_blocked_task_pauses_it_again(scenario: Scenario, clock: Any):
    set_policy(scenario, PAUSING)
    task = set_status(scenario, factories.task(scenario), "blocked")
    clock.shift(HOUR)
    bulk_change_id = set_in_bulk(scenario, task, MONDAY + 2 * HOUR)
    for _ in range(2):
        clock.shift(2 * HOUR)
        dismiss(scenario, task)
        clock.shift(HOUR)
        reopen(scenario, task)
    clock.shift(HOUR)
    undone = bulk_changes.undo(bulk_change_id, by=scenario.actor)
    task.refresh_from_db()
    found = clock_of(task)
    paused = (task.sla_due_at, found.state, found.time_left)
    clock.shift(HOUR)

    assert undone.summary.changed == 1
    assert paused == (None, "paused", 72 * HOUR)
    assert set_status(scenario, task, "in_progress").sla_due_at == MONDAY + 9 * HOUR + 72 * HOUR


def test_undo_of_the_date_of_a_blocked_task_that_was_unblocked_since_resumes_the_clock(
    scenario: Scenario, clock: Any
):
    set_policy(scenario, PAUSING)
    task = set_status(scenario, factories.task(scenario), "blocked")
    clock.shift(HOUR)
    bulk_change_id = set_in_bulk(scenario, task, MONDAY + 500 * HOUR)
    clock.shift(HOUR)
    set_status(scenario, task, "in_progress")
    clock.shift(HOUR)

    bulk_changes.undo(bulk_change_id, by=scenario.actor)

    task.refresh_from_db()
    assert (task.sla_due_at, clock_of(task).state) == (MONDAY + 74 * HOUR, "running")


def test_undo_leaves_the_clocks_of_another_organisation(scenario: Scenario, clock: Any):
    elsewhere = factories.scenario()
    set_policy(elsewhere, PAUSING)
    dated, blocked, unblocked = (factories.task(elsewhere) for _ in range(3))
    for row in (blocked, unblocked):
        set_status(elsewhere, row, "blocked")
    clock.shift(HOUR)
    set_status(elsewhere, unblocked, "in_progress")
    task = dismiss(scenario, factories.task(scenario))
    for row in (dated, blocked):
        dismiss(elsewhere, row)
    for row, *dates in ((dated, MONDAY), (blocked, MONDAY, None), (unblocked, None)):
        for due in dates:
            clock.shift(HOUR)
            tasks.update(row.pk, changes={"sla_due_at": due}, by=elsewhere.actor)
    bulk_change_id = set_in_bulk(scenario, task, MONDAY + 500 * HOUR)
    others = Task.objects.filter(project=elsewhere.project)
    rows = others.order_by("pk", "sla_pauses").values(
        "pk", "sla_due_at", "sla_pauses", "sla_pauses__ended_at"
    )
    before = list(rows)

    bulk_changes.undo(bulk_change_id, by=scenario.actor)

    assert Task.objects.get(pk=task.pk).sla_due_at is None
    assert list(rows.all()) == before


def test_an_overdue_task_gets_the_date_of_a_policy_that_was_replaced_meanwhile(
    scenario: Scenario, clock: Any
):
    task = factories.task(scenario)
    clock.shift(80 * HOUR)
    dismiss(scenario, task)
    set_policy(scenario, {"sla_hours": {**HOURS, "high": 75}, "sla": {"pause_while_blocked": True}})
    finish_recalculation(scenario)
    clock.shift(HOUR)

    assert reopen(scenario, task).sla_due_at == MONDAY + 75 * HOUR
