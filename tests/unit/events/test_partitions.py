"""Monthly partitions of the audit log: created ahead, filled from the default one, dropped when they expire."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from events import partitions
from events.models import Event
from events.partitions import EVENT_TABLE, create_partitions, drop_expired, month, partitions_of
from tests import database_role
from tests.factories import Scenario

pytestmark = pytest.mark.slow

NOW = "2031-05-20T12:00:00Z"


def log_at(scenario: Scenario, *, at: datetime) -> str:
    """Log an event; return the partition that it is in."""
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

    without_partition = log_at(scenario, at=at)
    made = create_partitions(EVENT_TABLE)

    assert without_partition == "events_event_default"
    assert "events_event_2031_05" in made
    assert made[-1] == "events_event_2031_08"
    assert create_partitions(EVENT_TABLE) == []
    assert log_at(scenario, at=at) == "events_event_2031_05"
    assert Event.objects.count() == before + 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event_2031_05")
        assert cursor.fetchone() == (2,)


def test_partitions_are_kept_permanently_by_default(scenario: Scenario, time_machine: Any):
    time_machine.move_to(NOW, tick=False)
    create_partitions(EVENT_TABLE)
    before = months()

    assert (drop_expired(EVENT_TABLE), months()) == ([], before)


@pytest.fixture
def earlier_months() -> list[date]:
    """Create the partitions of the last four months; return their first days."""
    firsts = [month(date.today(), after) for after in range(-4, 0)]
    for first in firsts:
        with connection.cursor() as cursor:
            cursor.execute("SELECT events_event_create_month(%s)", [first])
    return firsts


def keep_months(settings: Settings, number: int) -> None:
    """Set the retention, as an operator does: `migrate` hands it to the functions of the owner."""
    settings.KRAFTER_EVENTS_KEEP_MONTHS = number
    with database_role.as_owner():
        partitions.install_functions(EVENT_TABLE)


def test_expired_months_are_dropped_oldest_first(
    scenario: Scenario, earlier_months: list[date], settings: Settings
):
    kept_from = datetime(earlier_months[2].year, earlier_months[2].month, 1, tzinfo=UTC)
    log_at(scenario, at=kept_from - timedelta(seconds=1))
    log_at(scenario, at=kept_from)
    keep_months(settings, 2)
    before = months()

    dropped = drop_expired(EVENT_TABLE)

    assert dropped == [f"events_event_{first:%Y_%m}" for first in earlier_months[:2]]
    assert months() == before[2:]
    assert list(Event.objects.filter(name="x").values_list("at", flat=True)) == [kept_from]


def test_month_is_not_dropped_before_the_retention_that_migrate_has_set(
    scenario: Scenario, earlier_months: list[date], settings: Settings
):
    keep_months(settings, 3)
    before = months()
    settings.KRAFTER_EVENTS_KEEP_MONTHS = 1

    for first in earlier_months[1:]:
        with pytest.raises(DatabaseError, match="has not expired: 3 months are kept"), transaction.atomic():
            connection.cursor().execute("SELECT events_event_drop_month(%s)", [first])

    assert months() == before


@pytest.mark.usefixtures("database_owner")  # the application role may do neither
@pytest.mark.parametrize("change", ["UPDATE {} SET name = 'y'", "DELETE FROM {}"])
def test_partition_of_a_month_is_append_only(scenario: Scenario, change: str):
    partition = log_at(scenario, at=datetime.now(UTC))

    for table in ("events_event", partition):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(change.format(table))


def test_query_of_a_month_reads_one_partition(scenario: Scenario):
    create_partitions(EVENT_TABLE)
    feed = Event.objects.filter(project=scenario.project, at__gte=datetime(2032, 1, 1, tzinfo=UTC))

    plan = feed.order_by("-at", "-id").explain()

    assert "events_event_default" in plan
    assert f"events_event_{date.today():%Y_%m}" not in plan
