"""The clock of a task, read from its row, its pauses and its extensions."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.actors import SYSTEM
from remediation.models import Task
from remediation.services import tasks, verdicts
from remediation.services.extensions import extend
from remediation.services.sla_clock import TaskClock, clock_of
from remediation.sla.business_hours import ZERO
from tests import factories
from tests.factories import Scenario
from tests.unit.remediation.sla.clock_scenarios import HOUR, OFFICE, PAUSING, set_policy, set_status

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 27, 9, 0, 0, 123456, tzinfo=UTC)  # 10:00 in Vienna


def intervals_of(clock: TaskClock) -> list[tuple[str, float]]:
    return [(interval.state.value, interval.counted / HOUR) for interval in clock.intervals]


def test_default_policy_counts_all_hours(scenario: Scenario):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        task = factories.task(scenario)
        clock.shift(12 * HOUR)
        found = clock_of(Task.objects.get(pk=task.pk))

    assert (found.state, found.time_zone, found.time_left, found.allowed_time) == (
        "running",
        "UTC",
        60 * HOUR,
        72 * HOUR,
    )
    assert intervals_of(found) == [("counting", 12), ("counting", 60)]


def test_all_that_happened_is_in_the_intervals(scenario: Scenario):
    set_policy(scenario, OFFICE)
    with time_machine.travel(FRIDAY, tick=False) as clock:
        task = factories.task(scenario)
        clock.shift(2 * HOUR)
        set_status(scenario, task, "blocked")
        clock.shift(timedelta(days=3))
        set_status(scenario, task, "in_progress")  # on Monday at 12:00, with 14 hours left
        extend(task.pk, hours=4, reason="The vendor is late.", by=scenario.actor)
        clock.shift(HOUR)
        found = clock_of(Task.objects.get(pk=task.pk))

    assert intervals_of(found) == [
        ("counting", 2), ("paused", 0), ("counting", 1), ("counting", 4), ("outside_business_hours", 0),
        ("counting", 8), ("outside_business_hours", 0), ("counting", 1), ("extended", 4),
    ]  # fmt: skip
    assert (found.state, found.time_zone, found.time_left, found.allowed_time) == (
        "running", "Europe/Vienna", 17 * HOUR, 20 * HOUR,
    )  # fmt: skip
    assert found.intervals[-1].cause == f"Extended by {scenario.owner}: The vendor is late."
    assert sum((interval.counted for interval in found.intervals), ZERO) == found.allowed_time


def test_time_left_is_that_of_the_pause_that_has_not_ended(scenario: Scenario):
    set_policy(scenario, PAUSING)
    with time_machine.travel(FRIDAY, tick=False) as clock:
        task = factories.task(scenario)
        set_status(scenario, task, "blocked")
        clock.shift(HOUR)
        set_status(scenario, task, "in_progress")
        clock.shift(2 * HOUR)
        set_status(scenario, task, "blocked")
        clock.shift(HOUR)
        found = clock_of(Task.objects.get(pk=task.pk))

    assert (found.state, found.time_left, found.allowed_time) == ("paused", 70 * HOUR, 72 * HOUR)


def test_extension_without_a_person_names_none(scenario: Scenario):
    with time_machine.travel(FRIDAY, tick=False):
        task = factories.task(scenario)
        extend(task.pk, hours=4, reason="The vendor is late.", by=SYSTEM)
        found = clock_of(Task.objects.get(pk=task.pk))

    assert found.intervals[-1].cause == "Extended: The vendor is late."


def test_states_of_a_clock(scenario: Scenario):
    set_policy(scenario, PAUSING)
    with time_machine.travel(FRIDAY, tick=False) as clock:
        paused, late, none = (factories.task(scenario) for _ in range(3))
        set_status(scenario, paused, "blocked")
        tasks.update(none.pk, changes={"sla_due_at": None}, by=scenario.actor)
        clock.shift(80 * HOUR)
        states = [clock_of(Task.objects.get(pk=task.pk)).state for task in (paused, late, none)]

    assert states == ["paused", "overdue", "none"]


def test_a_date_set_by_a_person_is_not_explained_by_earlier_extensions(scenario: Scenario):
    set_policy(scenario, OFFICE)
    with time_machine.travel(FRIDAY, tick=False) as clock:
        task = factories.task(scenario)
        extend(task.pk, hours=4, reason="more", by=scenario.actor)
        clock.shift(HOUR)
        tasks.update(task.pk, changes={"sla_due_at": FRIDAY + 10 * HOUR}, by=scenario.actor)
        found = clock_of(Task.objects.get(pk=task.pk))

    assert (intervals_of(found), found.extensions) == ([("counting", 1), ("counting", 9)], [])
    assert found.intervals[0].cause == "Counts until the due date that a person has set."


def test_a_done_task_keeps_its_clock(scenario: Scenario):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        verification = factories.verification(scenario)
        clock.shift(80 * HOUR)
        verdicts.approve(verification.pk, by=scenario.actor)
        clock.shift(timedelta(days=90))
        found = clock_of(Task.objects.get())

    assert (found.state, found.time_left, found.task.sla_outcome) == ("stopped", -8 * HOUR, "missed")
    assert intervals_of(found) == [("counting", 72), ("overdue", 8)]
