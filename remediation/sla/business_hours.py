"""Calendars: the time that counts between two moments, and the moment at which an amount of it has passed.

All moments are aware; results are in UTC.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZERO = timedelta(0)
# A calendar with few hours a week could place a due date thousands of years ahead.
MAX_SPAN = timedelta(days=366 * 50)
type Span = tuple[datetime, datetime]


class Calendar(Protocol):
    """The time that counts."""

    def open_spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the spans that count, in order, apart and not empty, within `start` and `end`."""

    def closed_days(self, start: datetime, end: datetime) -> list[str]:
        """Return the names of the holidays between two moments."""


@dataclass(frozen=True)
class AllHours:
    def open_spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        if start < end:
            yield start.astimezone(UTC), end.astimezone(UTC)

    def closed_days(self, start: datetime, end: datetime) -> list[str]:
        return []


@dataclass(frozen=True)
class BusinessHours:
    """The hours of each weekday in a time zone, without holidays and other closed days."""

    time_zone: ZoneInfo
    # Weekday (0 is Monday) → spans of minutes since midnight: `(540, 1020)`.
    hours: Mapping[int, Sequence[tuple[int, int]]]
    holidays: Mapping[date, str] = field(default_factory=dict)  # day → name
    closed: Collection[date] = ()
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, repr=False, compare=False)

    def open_spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        reached = start.astimezone(UTC)
        for day in self._dates(start, end):
            for opens, closes in self._spans_of(day):
                # In a year in which the clocks are put back at midnight, a day may begin before the previous one ends.
                opens, closes = max(opens, reached), min(closes, end)
                if opens < closes:
                    yield opens, closes.astimezone(UTC)
                    reached = closes

    def closed_days(self, start: datetime, end: datetime) -> list[str]:
        working_days = (day for day in self._dates(start, end) if self.hours.get(day.weekday()))
        names = (
            self.holidays.get(day) or ("closed day" if day in self.closed else "") for day in working_days
        )
        return list(dict.fromkeys(filter(None, names)))

    def _dates(self, start: datetime, end: datetime) -> Iterator[date]:
        day, last = start.astimezone(self.time_zone).date(), end.astimezone(self.time_zone).date()
        while day <= last:
            yield day
            day += DAY

    def _spans_of(self, day: date) -> tuple[Span, ...]:
        if day not in self._days:
            is_closed = day in self.closed or self.holidays.get(day)
            spans = () if is_closed else self.hours.get(day.weekday(), ())
            self._days[day] = tuple(
                (
                    self._moment(day, opens, fold=0),
                    # By the last minute that counts: the closing time itself may be skipped or occur twice.
                    self._moment(day, closes - 1, fold=1, step=-MINUTE) + MINUTE,
                )
                for opens, closes in spans
            )
        return self._days[day]

    def _moment(self, day: date, minutes: int, *, fold: int, step: timedelta = MINUTE) -> datetime:
        """Return the moment of a minute of the day, or of the next one by `step` that exists."""
        # Without a time zone, as on a wall clock.
        local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
        while True:
            # An hour that occurs twice counts twice: a span opens at the first (fold 0), and closes after the
            # second.
            moment = local.replace(tzinfo=self.time_zone, fold=fold).astimezone(UTC)
            # Clocks that are put forward skip times, which become other ones.
            if moment.astimezone(self.time_zone).replace(tzinfo=None) == local:
                return moment
            local += step


def counted_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return how much time counts; negative if `end` is before `start`."""
    if end < start:
        return -counted_time(calendar, end, start)
    return sum((closes - opens for opens, closes in calendar.open_spans(start, end)), ZERO)


def add_counted_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """Return the first moment at which `amount` has counted since `start`, at most 50 years later."""
    left, limit = amount, start + MAX_SPAN
    if left <= ZERO:
        return start.astimezone(UTC)
    for opens, closes in calendar.open_spans(start, limit):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return limit.astimezone(UTC)
