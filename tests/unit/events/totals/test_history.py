"""Counters as they were: any moment of any history is the state that was observed then."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from accounts.models import Project
from events.models import CounterChange, CounterSnapshot
from events.queries import MAX_CLOCK_SKEW
from events.totals import counters, history
from events.totals.history import AsOf, end_of_day
from findings.models import Finding
from findings.queries import finding_counts
from remediation.queries import command_center, task_counts
from tests import factories
from tests.factories import Scenario
from tests.unit.events.random_history import START, STEPS, act

pytestmark = pytest.mark.django_db

NAMES = ("finding", "task", "owner", "verification", "regression")


@pytest.fixture(autouse=True)
def _no_other_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore transactions of other connections: their times are not those of the moved clock."""
    monkeypatch.setattr(history, "complete_until", lambda: timezone.now() - MAX_CLOCK_SKEW)


def state(scenario: Scenario, as_of: AsOf | None = None) -> dict[str, Any]:
    """Return all counts of a project, now or at a moment."""
    project = scenario.project
    owner = {"owner_id": scenario.owner.pk}
    totals = (
        history.totals_at(project.pk, as_of, *NAMES) if as_of else counters.all_totals(project.pk, *NAMES)
    )
    return {
        "command center": command_center(project, as_of),
        "findings": finding_counts(project, {"severity": ["critical", "low"]}, as_of),
        "tasks": task_counts(project, {}, as_of),
        "tasks of the owner": task_counts(project, owner, as_of),
        "totals": {name: sorted(found, key=str) for name, found in totals.items()},
    }


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_every_moment_of_a_random_history_is_as_it_was_observed(steps: Any):
    with transaction.atomic(), time_machine.travel(START) as clock:
        scenario = factories.scenario()
        observed, ends = [], {}
        for minutes, action, number in steps:
            before = timezone.now()
            if (before + timedelta(minutes=minutes)).date() > before.date():
                ends[before.date()] = state(scenario)
            clock.shift(timedelta(minutes=minutes))
            if number % 5 == 0:
                history.take_snapshots()
            if number % 3 == 0:
                history.take_interim_snapshots(changes=1)
            act(action, scenario, number)
            observed.append((timezone.now(), state(scenario)))
        clock.shift(timedelta(days=1))

        assert [state(scenario, AsOf(moment)) for moment, _ in observed] == [was for _, was in observed]
        # Tasks become overdue until the day has ended.
        counted = {day: without_overdue(state(scenario, end_of_day(day))) for day in ends}
        assert counted == {day: without_overdue(was) for day, was in ends.items()}
        transaction.set_rollback(True)


def without_overdue(counts: dict[str, Any]) -> dict[str, Any]:
    return counts | {"command center": counts["command center"] | {"overdue_tasks": None}}


def test_end_of_a_day_is_before_its_midnight(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-10T23:59:59.999999Z", tick=False)
    factories.finding(scenario)
    time_machine.move_to("2026-03-11T00:00:00Z", tick=False)
    factories.finding(scenario)
    time_machine.move_to("2026-03-12T12:00:00Z", tick=False)

    totals = [
        finding_counts(scenario.project, {}, end_of_day(date(2026, 3, day)))["total"]
        for day in (9, 10, 11, 12)
    ]

    assert totals == [0, 1, 2, 2]


def test_end_of_today_is_now(time_machine: Any):
    time_machine.move_to("2026-03-11T08:00:00Z", tick=False)

    assert (end_of_day(date(2026, 3, 11)), end_of_day(date(2026, 3, 11)).day) == (
        AsOf(datetime(2026, 3, 11, 8, tzinfo=UTC)), date(2026, 3, 11),
    )  # fmt: skip


def test_task_of_a_deleted_owner_changes_then(scenario: Scenario):
    person = factories.scenario().owner
    factories.task(scenario, owner_id=person.pk)
    filters, before = {"owner_id": person.pk}, AsOf(timezone.now())
    person.delete()

    counts = [task_counts(scenario.project, filters, as_of)["total"] for as_of in (before, None)]

    assert counts == [1, 0]


def test_snapshots_change_no_answer_and_are_taken_once_a_day_with_changes(
    scenario: Scenario, time_machine: Any
):
    moments = []
    for day in (3, 4, 5, 9):
        time_machine.move_to(datetime(2040, 3, day, 15, tzinfo=UTC))
        factories.task(scenario)
        moments.append(AsOf(timezone.now()))
        time_machine.shift(timedelta(hours=10))
    before = [state(scenario, moment) for moment in moments]
    taken = [history.take_snapshots() for _ in range(2)]

    assert taken == [1, 0]
    assert [state(scenario, moment) for moment in moments] == before
    assert [snapshot.at for snapshot in CounterSnapshot.objects.all()] == [datetime(2040, 3, 10, tzinfo=UTC)]


def test_interim_snapshot_is_taken_after_many_changes_and_changes_no_answer(
    scenario: Scenario, time_machine: Any
):
    time_machine.move_to(datetime(2040, 3, 3, 15, tzinfo=UTC))
    due = timezone.now() + timedelta(minutes=30)
    factories.task(scenario, owner_id=scenario.owner.pk, sla_due_at=due)
    moments = [AsOf(timezone.now())]
    time_machine.shift(timedelta(hours=1))
    moments.append(AsOf(timezone.now()))
    changes = CounterChange.objects.filter(project=scenario.project).count()
    before = [state(scenario, moment) for moment in moments]
    taken = [history.take_interim_snapshots(changes=number) for number in (changes, changes - 1, 0)]
    [snapshot] = CounterSnapshot.objects.all()

    assert taken == [0, 1, 0]
    assert [state(scenario, moment) for moment in moments] == before
    assert moments[0].instant < snapshot.at < moments[1].instant
    assert before[1]["command center"]["overdue_tasks"] == 1


def test_snapshot_makes_the_changes_before_it_unnecessary(
    scenario: Scenario, time_machine: Any, database_owner: None
):
    time_machine.move_to(datetime(2040, 3, 3, 15, tzinfo=UTC))
    factories.task(scenario, owner_id=scenario.owner.pk, sla_due_at=timezone.now() + timedelta(hours=20))
    time_machine.shift(timedelta(days=1))
    history.take_snapshots()
    factories.finding(scenario)
    now = AsOf(timezone.now())
    before = state(scenario, now)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL krafter.retention = 'on'")
        cursor.execute("DELETE FROM events_counterchange WHERE at < '2040-03-04'")

    assert before["command center"]["overdue_tasks"] == 1
    assert state(scenario, now) == before


def rows_by_day(project: Project, day: int) -> dict[int, int]:
    """Return the rows of the findings that were counted before a day of March 2040, and their change on it."""
    days = history.changes_by_day(project.pk, date(2040, 3, day), date(2040, 3, day), "finding")["finding"]
    return {counted_on.day: sum(rows for _, rows, _ in totals) for counted_on, totals in days.items()}


def test_change_at_the_moment_of_a_snapshot_counts_once_and_is_in_the_next_one(
    scenario: Scenario, time_machine: Any, database_owner: None
):
    project, midnight = scenario.project, datetime(2040, 3, 4, tzinfo=UTC)
    for moment in (midnight - timedelta(hours=1), midnight):
        time_machine.move_to(moment, tick=False)
        factories.finding(scenario)
    found = []

    for day in (4, 5):
        time_machine.move_to(datetime(2040, 3, day, 15, tzinfo=UTC))
        taken, total = history.take_snapshots(), finding_counts(project, {}, AsOf(timezone.now()))["total"]
        found.append((taken, total, rows_by_day(project, 3), rows_by_day(project, 4)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL krafter.retention = 'on'")
        cursor.execute("DELETE FROM events_counterchange")

    assert found == [(1, 2, {3: 1}, {3: 1, 4: 1})] * 2
    # The newest snapshot has both.
    assert finding_counts(project, {}, AsOf(timezone.now()))["total"] == 2
    assert rows_by_day(project, 5) == {4: 2}


def test_snapshot_is_taken_once_and_of_the_project_with_changes_alone(scenario: Scenario, time_machine: Any):
    others = [factories.scenario().project for _ in range(2)]
    midnight = datetime(2040, 3, 4, tzinfo=UTC)
    time_machine.move_to(midnight - timedelta(hours=2))
    factories.finding(scenario)
    CounterSnapshot.objects.create(project=others[0], at=midnight - timedelta(hours=1))
    time_machine.move_to(midnight + timedelta(hours=1))

    taken = [history.take_snapshots(), history.take_snapshot(scenario.project.pk, midnight)]

    assert taken == [1, 0]
    assert CounterSnapshot.objects.get(at=midnight).project == scenario.project


def test_first_snapshot_of_a_month_is_its_beginning(scenario: Scenario, time_machine: Any):
    time_machine.move_to(datetime(2040, 2, 28, 15, tzinfo=UTC))
    factories.finding(scenario)
    time_machine.move_to(datetime(2040, 3, 5, 15, tzinfo=UTC))
    factories.finding(scenario)
    time_machine.move_to(datetime(2040, 3, 6, 15, tzinfo=UTC))
    history.take_snapshots()

    assert sorted(snapshot.at.day for snapshot in CounterSnapshot.objects.all()) == [1, 6]


def test_retention_says_since_when_all_is_known(scenario: Scenario, time_machine: Any, settings: Any):
    time_machine.move_to("2040-05-20T12:00:00Z")
    old, new = Project(created_at=datetime(2039, 1, 1, tzinfo=UTC)), Project(created_at=timezone.now())
    settings.KRAFTER_HISTORY_KEEP_MONTHS = 2

    assert [history.exact_since(project) for project in (old, new)] == [
        datetime(2040, 3, 1, tzinfo=UTC), new.created_at,
    ]  # fmt: skip


def test_expired_snapshots_are_deleted_except_the_one_that_kept_changes_continue(
    scenario: Scenario, time_machine: Any, settings: Any
):
    time_machine.move_to("2040-05-20T12:00:00Z")
    settings.KRAFTER_HISTORY_KEEP_MONTHS = 2
    for month, day in ((1, 5), (2, 5), (2, 20), (3, 7)):
        CounterSnapshot.objects.create(project=scenario.project, at=datetime(2040, month, day, tzinfo=UTC))

    deleted = history.delete_expired_snapshots()

    kept = CounterSnapshot.objects.order_by("at").values_list("at", flat=True)
    assert (deleted, [f"{at:%m-%d}" for at in kept]) == (2, ["02-20", "03-07"])


def test_change_that_moves_no_row_between_facets_is_not_recorded(scenario: Scenario):
    finding = factories.finding(scenario)
    before = CounterChange.objects.count()
    Finding.objects.filter(pk=finding.pk).update(title="Another", updated_at=timezone.now())

    assert CounterChange.objects.count() == before


def test_changes_by_day_sum_up_to_the_totals_of_each_day() -> None:
    with time_machine.travel(datetime(2040, 5, 7, 12, tzinfo=UTC)) as clock:
        scenario = factories.scenario()
        first = factories.finding(scenario, severity="high")
        clock.move_to(datetime(2040, 5, 9, 12, tzinfo=UTC))
        history.take_snapshots()
        factories.finding(scenario, severity="low")
        clock.move_to(datetime(2040, 5, 10, 12, tzinfo=UTC))
        Finding.objects.filter(pk=first.pk).update(status="dismissed", updated_at=timezone.now())

        days = history.changes_by_day(
            scenario.project.pk, date(2040, 5, 9), date(2040, 5, 10), "finding", "task"
        )

    found = {
        day: sorted((facets["severity"], facets["status"], rows) for facets, rows, _ in totals)
        for day, totals in days["finding"].items()
    }
    assert days["task"] == {}
    assert found == {
        date(2040, 5, 8): [("high", "new", 1)],
        date(2040, 5, 9): [("low", "new", 1)],
        date(2040, 5, 10): [("high", "dismissed", 1), ("high", "new", -1)],
    }
