"""The record by months: made ahead, nothing lost where none was made, dropped as wholes when their time is over."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from events import partitions
from events.models import Event
from events.partitions import EVENTS, create_partitions, drop_expired, month, partitions_of
from tests.factories import Scenario

NOW = "2031-05-20T12:00:00Z"


def happened(scenario: Scenario, *, at: datetime) -> str:
    """Record an event; return the part that it lies in."""
    event = Event.objects.create(
        organization=scenario.organization,
        project=scenario.project,
        name="x",
        subject_id=scenario.project.pk,
        at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM events_event WHERE id = %s", [event.pk])
        return str(cursor.fetchone()[0])


def months() -> list[str]:
    return [name.removeprefix("events_event_") for name in partitions_of("events_event")]


def test_months_are_counted_over_the_year():
    assert [month(date(2031, 11, 30), after) for after in (0, 1, 2, -11)] == [
        date(2031, 11, 1),
        date(2031, 12, 1),
        date(2032, 1, 1),
        date(2030, 12, 1),
    ]


@pytest.mark.django_db
def test_the_current_month_and_three_more_are_made_with_the_tables():
    ahead = [f"{month(date.today(), after):%Y_%m}" for after in range(4)]

    assert months() == [*ahead, "default"]


def test_rows_without_partition_move_into_their_month(scenario: Scenario, time_machine: Any):
    time_machine.move_to(NOW, tick=False)
    at = datetime(2031, 5, 20, tzinfo=UTC)
    before = Event.objects.count()

    landed = happened(scenario, at=at)
    made = create_partitions(EVENTS)

    assert landed == "events_event_default"
    assert "events_event_2031_05" in made
    assert made[-1] == "events_event_2031_08"
    assert create_partitions(EVENTS) == []
    assert happened(scenario, at=at) == "events_event_2031_05"
    assert Event.objects.count() == before + 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event_2031_05")
        assert cursor.fetchone() == (2,)


def test_partitions_are_kept_permanently_by_default(scenario: Scenario, time_machine: Any):
    time_machine.move_to(NOW, tick=False)
    create_partitions(EVENTS)
    there = months()

    assert (drop_expired(EVENTS), months()) == ([], there)


def test_expired_months_are_dropped_oldest_first(scenario: Scenario, time_machine: Any, settings: Settings):
    settings.KRAFTER_EVENTS_KEEP_MONTHS = 2
    time_machine.move_to(NOW, tick=False)
    happened(scenario, at=datetime(2031, 2, 28, 23, 59, tzinfo=UTC))
    happened(scenario, at=datetime(2031, 3, 1, tzinfo=UTC))
    create_partitions(EVENTS)

    oldest = months()[0]

    dropped = drop_expired(EVENTS)

    assert (dropped[0], dropped[-1]) == (f"events_event_{oldest}", "events_event_2031_02")
    assert months() == ["2031_03", "2031_04", "2031_05", "2031_06", "2031_07", "2031_08", "default"]
    assert list(Event.objects.values_list("at", flat=True)) == [datetime(2031, 3, 1, tzinfo=UTC)]


@pytest.mark.parametrize("change", ["UPDATE {} SET name = 'y'", "DELETE FROM {}"])
def test_partition_of_a_month_is_append_only(scenario: Scenario, change: str):
    part = happened(scenario, at=datetime.now(UTC))

    for table in ("events_event", part):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(change.format(table))


def test_query_of_a_month_reads_one_partition(scenario: Scenario):
    create_partitions(partitions.EVENTS)
    feed = Event.objects.filter(project=scenario.project, at__gte=datetime(2032, 1, 1, tzinfo=UTC))

    plan = feed.order_by("-at", "-id").explain()

    assert "events_event_default" in plan
    assert f"events_event_{date.today():%Y_%m}" not in plan
