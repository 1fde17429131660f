"""The SLA clock: its intervals follow each other, and sum to the due date and to the time left."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediation.sla.business_hours import ZERO, AllHours, Calendar
from remediation.sla.clock import (
    MAX_INTERVALS,
    Clock,
    ClockState,
    DueDate,
    Extension,
    Interval,
    Pause,
    allowed_time,
    due_date,
    intervals,
    time_left,
)
from tests.unit.remediation.sla.calendars import CALENDARS, OFFICE, local, moments
from tests.unit.remediation.sla.clock_scenarios import START

HOUR = timedelta(hours=1)
seconds = st.integers(0, 300 * 3600).map(lambda number: timedelta(seconds=number))


def intervals_of(clock: Clock, now: datetime) -> list[tuple[str, float, float, bool]]:
    """Return (state, hours, counted hours, elapsed) of each interval."""
    return [
        (
            interval.state.value,
            ((interval.end or now) - interval.start) / HOUR,
            interval.counted / HOUR,
            interval.elapsed,
        )
        for interval in intervals(clock, now)
    ]


def clock(
    hours: float, calendar: Calendar, *pauses: Pause, start: datetime = START, **fields: object
) -> Clock:
    due = due_date(start, hours * HOUR, calendar, pauses)
    return Clock(start, due, calendar, pauses, **fields)  # type: ignore[arg-type]


def test_hours_outside_business_hours_do_not_count():
    friday = local("2026-11-27T15:00")
    found = clock(4, OFFICE, start=friday)

    assert intervals_of(found, friday + HOUR) == [
        ("counting", 1, 1, True),
        ("counting", 1, 1, False),
        ("outside_business_hours", 64, 0, False),
        ("counting", 2, 2, False),
    ]


def test_a_pause_moves_the_due_date():
    found = clock(10, AllHours(), Pause(START + 2 * HOUR, START + 5 * HOUR))

    assert found.due.due_at == START + 13 * HOUR
    assert intervals_of(found, START + 2 * HOUR) == [
        ("counting", 2, 2, True), ("paused", 3, 0, False), ("counting", 8, 8, False),
    ]  # fmt: skip


def test_a_pause_that_goes_on_has_no_end_and_keeps_the_time_left():
    found = clock(10, AllHours(), Pause(START + 2 * HOUR))
    now = START + 50 * HOUR

    assert (found.due, time_left(found, now), allowed_time(found, now)) == (
        DueDate(left=8 * HOUR), 8 * HOUR, 10 * HOUR,
    )  # fmt: skip
    assert [interval.end for interval in intervals(found, now)] == [START + 2 * HOUR, None]


def test_extensions_are_the_last_of_the_counted_time():
    found = clock(10, AllHours(), extensions=[Extension(2 * HOUR, "first"), Extension(HOUR, "second")])

    causes = [(interval.cause, interval.counted) for interval in intervals(found, START + 20 * HOUR)]
    assert causes == [
        ("The clock counts.", 7 * HOUR), ("first", 2 * HOUR), ("second", HOUR), ("The due date has passed.", 10 * HOUR),
    ]  # fmt: skip


def test_an_extension_of_a_paused_clock_is_in_the_time_left():
    found = clock(10, AllHours(), Pause(START + 9 * HOUR), extensions=[Extension(3 * HOUR, "more")])

    assert intervals_of(found, START + 9 * HOUR) == [
        ("counting", 7, 7, True), ("extended", 2, 2, True), ("paused", 0, 0, True),
    ]  # fmt: skip


def test_the_clock_of_a_done_task_stays_where_it_was_stopped():
    found = clock(10, AllHours(), stopped_at=START + 4 * HOUR)

    assert time_left(found, START + 900 * HOUR) == 6 * HOUR
    assert intervals_of(found, START + 900 * HOUR) == [("counting", 4, 4, True), ("counting", 6, 6, False)]


def test_years_of_single_days_are_merged():
    found = clock(8 * 600, OFFICE)

    merged = intervals(found, START + 1000 * HOUR)
    assert len(merged) == 2 < MAX_INTERVALS
    assert sum((interval.counted for interval in merged), ZERO) == 8 * 600 * HOUR


def test_days_are_merged_beside_a_weekend_that_has_elapsed_and_a_pause():
    saturday, thursday = local("2026-12-19T12:00"), local("2026-12-24T10:00")
    found = clock(48, OFFICE, Pause(thursday, thursday + 2 * HOUR), start=saturday)

    shown = [
        (interval.state, interval.counted / HOUR, interval.cause)
        for interval in intervals(found, saturday + HOUR, max_intervals=6)
    ]

    assert shown == [
        ("outside_business_hours", 0, "Outside business hours."),
        ("counting", 24, "The clock counts. Within business hours. Not counted: closed day."),
        ("paused", 0, "The task is blocked."),
        ("counting", 24, "The clock counts. Within business hours. Not counted: closed day, Christmas Day."),
    ]


def test_a_pause_within_years_of_single_days_is_not_merged():
    pause = Pause(START + 5000 * HOUR, START + 5100 * HOUR)
    found = clock(8 * 600, OFFICE, pause)

    merged = intervals(found, START + 1000 * HOUR)

    assert [(interval.state.value, interval.elapsed) for interval in merged] == [
        ("counting", True),
        ("counting", False),
        ("paused", False),
        ("counting", False),
    ]
    assert (merged[2].start, merged[2].end, merged[2].cause) == (pause.start, pause.end, pause.cause)


def test_a_task_without_a_due_date_has_no_intervals():
    found = Clock(START, DueDate(), AllHours())

    assert [intervals(found, START + late) for late in (ZERO, HOUR)] == [[], []]
    assert (time_left(found, START), allowed_time(found, START)) == (None, None)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(CALENDARS),
    moments,
    seconds,
    st.lists(st.tuples(seconds, seconds), max_size=4),
    st.booleans(),
    st.lists(seconds, max_size=3),
    seconds,
)
def test_intervals_are_contiguous_and_sum_to_the_due_date_and_the_time_left(
    calendar: Calendar,
    start: datetime,
    allowed: timedelta,
    gaps: list[tuple[timedelta, timedelta]],
    goes_on: bool,
    added: list[timedelta],
    since: timedelta,
):
    pauses, reached = [], start
    for running, paused in gaps:
        pauses.append(Pause(reached + running, reached + running + paused))
        reached += running + paused
    if pauses and goes_on:
        pauses[-1] = Pause(pauses[-1].start)
    total = sum(added, allowed)
    due = due_date(start, total, calendar, pauses)
    # A clock is never read before its last pause began.
    now = (pauses[-1].start if pauses and due.due_at is None else start) + since
    extensions = [Extension(amount, "more") for amount in added]
    found = Clock(start, due, calendar, pauses, extensions)

    parts, left = intervals(found, now), time_left(found, now)

    until = max(now, due.due_at) if due.due_at else None
    assert_contiguous(parts, start, until)
    before = [interval for interval in parts if interval.state != ClockState.OVERDUE]
    ahead = due.left or ZERO
    assert sum((interval.counted for interval in before), ahead) == total == allowed_time(found, now)
    late = sum((interval.counted for interval in parts if interval.state == ClockState.OVERDUE), ZERO)
    assert left == sum((interval.counted for interval in parts if not interval.elapsed), ahead) - late
    extended = sum((interval.counted for interval in parts if interval.state == ClockState.EXTENDED), ZERO)
    assert extended == max(sum(added, ZERO) - ahead, ZERO)


def assert_contiguous(parts: list[Interval], start: datetime, until: datetime | None) -> None:
    assert all(before.end == after.start for before, after in pairwise(parts))
    if parts:
        assert (parts[0].start, parts[-1].end) == (start, until)
        assert all(
            interval.counted <= (interval.end - interval.start if interval.end else ZERO)
            for interval in parts
        )
    else:
        assert until == start
