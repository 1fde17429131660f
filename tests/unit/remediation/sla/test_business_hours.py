"""Business hours: what counts between two moments, also where clocks are changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediation.sla.business_hours import (
    MAX_SPAN,
    ZERO,
    AllHours,
    BusinessHours,
    add_counted_time,
    counted_time,
)
from tests.unit.remediation.sla.calendars import (
    AROUND_THE_CLOCK,
    CALENDARS,
    NINE_TO_FIVE,
    OFFICE,
    VIENNA,
    local,
    moments,
)

amounts = st.integers(0, 400 * 3600).map(lambda seconds: timedelta(seconds=seconds))
calendars = st.sampled_from(CALENDARS)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-27T10:00", 4, "2026-11-27T14:00"),  # a Friday
        ("2026-11-27T10:00", 7, "2026-11-27T17:00"),  # the end of the day, not the begin of the next
        ("2026-11-27T16:00", 2, "2026-11-30T10:00"),
        ("2026-11-28T12:00", 1, "2026-11-30T10:00"),
        ("2026-12-23T16:00", 2, "2026-12-28T10:00"),  # 24: closed, 25: a holiday, then a weekend
        ("2026-03-27T16:00", 9, "2026-03-30T17:00"),  # clocks change on that Sunday
    ],
)
def test_hours_are_added_within_business_hours(start: str, hours: int, due: str):
    assert add_counted_time(OFFICE, local(start), timedelta(hours=hours)) == local(due)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_counts_the_hours_that_it_has(day: str, hours: int):
    start = local(f"{day}T00:00")

    assert counted_time(AROUND_THE_CLOCK, start, start + timedelta(days=1)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Santiago", "2026-09-06", ((0, 24 * 60),)),
        ("Africa/Cairo", "2026-04-24", ((0, 24 * 60),)),
        ("America/Havana", "2026-03-08", ((0, 24 * 60),)),
        ("Europe/Vienna", "2026-03-29", ((0, 2 * 60), (3 * 60, 24 * 60))),
        ("Europe/Vienna", "2026-03-29", ((0, 150), (170, 24 * 60))),
        ("Europe/Vienna", "2026-03-29", ((130, 170),)),
        ("America/New_York", "2026-11-01", ((0, 60), (23 * 60, 24 * 60))),
    ],
)
def test_all_minutes_of_the_spans_count_when_the_clocks_are_changed(zone: str, day: str, hours: Any):
    calendar = BusinessHours(ZoneInfo(zone), dict.fromkeys(range(7), hours))
    start = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC) - timedelta(days=2)
    end = start + timedelta(days=4)

    minutes = (start + timedelta(minutes=minute) for minute in range(4 * 24 * 60))
    times = [moment.astimezone(calendar.time_zone) for moment in minutes]
    inside = sum(any(opens <= at.hour * 60 + at.minute < closes for opens, closes in hours) for at in times)
    assert counted_time(calendar, start, end) == timedelta(minutes=inside)


def test_holidays_and_closed_days_of_a_span_are_named():
    names = OFFICE.closed_days(local("2026-12-23T17:00"), local("2026-12-28T09:00"))

    assert names == ["closed day", "Christmas Day"]


def test_a_due_date_is_at_most_fifty_years_ahead():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    one_minute_a_week = BusinessHours(VIENNA, {0: ((540, 541),)})

    assert add_counted_time(one_minute_a_week, start, timedelta(hours=1000)) == start + MAX_SPAN


@settings(max_examples=150, deadline=None)
@given(calendars, moments, amounts)
def test_the_amount_that_was_added_is_counted(calendar: BusinessHours, start: datetime, amount: timedelta):
    due = add_counted_time(calendar, start, amount)

    assert counted_time(calendar, start, due) == amount


@settings(max_examples=150, deadline=None)
@given(calendars, moments, amounts, amounts)
def test_spans_are_in_order_apart_and_additive(
    calendar: BusinessHours, start: datetime, first: timedelta, second: timedelta
):
    middle, end = start + first, start + first + second

    spans = list(calendar.open_spans(start, end))
    edges = [edge for span in spans for edge in span]

    assert edges == sorted(edges)
    assert all(start <= opens < closes <= end for opens, closes in spans)
    assert counted_time(calendar, start, end) == counted_time(calendar, start, middle) + counted_time(
        calendar, middle, end
    )
    assert counted_time(calendar, end, start) == -counted_time(calendar, start, end) <= ZERO


def test_zero_hours_end_at_once_outside_business_hours_too():
    sunday = local("2026-11-29T12:00")

    assert [add_counted_time(calendar, sunday, ZERO) for calendar in (OFFICE, AllHours())] == [sunday, sunday]


def test_due_date_in_all_hours_is_at_most_50_years_ahead():
    start = local("2026-11-27T10:00")

    dates = [add_counted_time(AllHours(), start, timedelta(days=366 * years)) for years in (49, 51)]

    assert dates == [start + timedelta(days=366 * 49), start + timedelta(days=366 * 50)]


def test_holiday_on_a_day_without_business_hours_is_not_named():
    saturdays = {date(2026, 12, 26): "Second Day of Christmas", date(2026, 12, 28): "Monday off"}
    calendar = BusinessHours(VIENNA, dict.fromkeys(range(5), NINE_TO_FIVE), saturdays)

    names = calendar.closed_days(local("2026-12-25T17:00"), local("2026-12-29T09:00"))

    assert names == ["Monday off"]
    assert OFFICE.closed_days(local("2026-11-26T17:00"), local("2026-11-30T09:00")) == []


def test_span_in_the_hour_that_occurs_twice_lasts_from_its_first_begin_to_its_second_end():
    calendar = BusinessHours(VIENNA, {6: ((135, 165),)})

    spans = list(calendar.open_spans(local("2026-10-25T00:00"), local("2026-10-26T00:00")))

    assert spans == [(datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 45, tzinfo=UTC))]
