"""The arithmetic of the SLA clock: the due date from its parts, and the intervals that explain a due date."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from remediation.sla.business_hours import ZERO, Calendar, add_counted_time, counted_time


class ClockState(StrEnum):
    COUNTING = "counting"
    PAUSED = "paused"
    OUTSIDE_BUSINESS_HOURS = "outside_business_hours"
    EXTENDED = "extended"
    OVERDUE = "overdue"


MAX_INTERVALS = 1000  # of a response: years of single days are merged
BLOCKED_CAUSE = "The task is blocked."
MERGEABLE_STATES = (ClockState.COUNTING, ClockState.OUTSIDE_BUSINESS_HOURS)


@dataclass(frozen=True)
class Pause:
    """A time in which the clock is paused."""

    start: datetime
    end: datetime | None = None  # None: it still does
    cause: str = BLOCKED_CAUSE


@dataclass(frozen=True)
class Extension:
    amount: timedelta
    cause: str


@dataclass(frozen=True)
class DueDate:
    """When a task is due; while the clock is paused there is only the time that is left."""

    due_at: datetime | None = None
    left: timedelta | None = None


@dataclass(frozen=True)
class Clock:
    """A task's clock: it began at `started_at`, and counts by the calendar until the due date."""

    started_at: datetime
    due: DueDate
    calendar: Calendar
    pauses: Sequence[Pause] = ()
    extensions: Sequence[Extension] = ()
    stopped_at: datetime | None = None
    cause: str = "The clock counts."

    def moment(self, now: datetime) -> datetime:
        """Return when the clock was stopped, or now."""
        return self.stopped_at or max(now, self.started_at)

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].end is None


@dataclass(frozen=True)
class Interval:
    """A part of the clock with one state."""

    state: ClockState
    cause: str
    start: datetime
    end: datetime | None  # None: it continues
    counted: timedelta = ZERO  # of its time
    elapsed: bool = True


def due_date(
    started_at: datetime,
    allowed: timedelta,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
) -> DueDate:
    """Return when the allowed time has counted. Pauses are in order and apart; the last one may have no end."""
    left, reached = allowed, started_at
    for pause in pauses:
        passed = counted_time(calendar, reached, pause.start)
        # A pause that begins when the time is over has no effect.
        if passed >= left:
            break
        left -= passed
        if pause.end is None:
            return DueDate(left=left)
        reached = pause.end
    return DueDate(due_at=add_counted_time(calendar, reached, left))


def time_left(clock: Clock, now: datetime) -> timedelta | None:
    """Return the counted time until the due date; negative after it."""
    if clock.due.due_at is None:
        return clock.due.left
    at, due = clock.moment(now), clock.due.due_at
    return -_counted_time(clock, due, at) if at > due else _counted_time(clock, at, due)


def allowed_time(clock: Clock, now: datetime) -> timedelta | None:
    """Return the counted time from the start to the due date, with the extensions."""
    if clock.due.due_at is not None:
        return _counted_time(clock, clock.started_at, clock.due.due_at)
    if clock.due.left is None:
        return None
    return _counted_time(clock, clock.started_at, clock.moment(now)) + clock.due.left


def intervals(clock: Clock, now: datetime, *, max_intervals: int = MAX_INTERVALS) -> list[Interval]:
    """Return the intervals from the start to the due date, or to now if that is later or there is none.

    They have no gaps. Intervals that have not `elapsed` count the time left. If there are more than `max_intervals`,
    days are merged; pauses and extensions never are.
    """
    at, due = clock.moment(now), clock.due.due_at
    if due is None and clock.due.left is None:
        return []
    found = [part for span in _spans(clock, due or at) for part in _parts(clock, *span)]
    found = _mark_extensions(found, clock)
    found = [piece for interval in found for piece in _split(interval, at)]
    if due is not None and at > due:
        found += _overdue(clock, due, at)
    if due is None and found and found[-1].state == ClockState.PAUSED:
        found[-1] = replace(found[-1], end=None)
    return found if len(found) <= max_intervals else list(_merged(found, clock.calendar))


def _merged(found: Sequence[Interval], calendar: Calendar) -> Iterator[Interval]:
    """Yield the intervals, with counting ones and those outside business hours between them as one."""
    for _, group in groupby(
        found, lambda interval: (interval.state not in MERGEABLE_STATES and id(interval), interval.elapsed)
    ):
        parts = list(group)
        if len(parts) == 1:
            yield parts[0]
            continue
        total = sum((part.counted for part in parts), ZERO)
        holidays = calendar.closed_days(parts[0].start, parts[-1].end or parts[-1].start)
        closed = f" Not counted: {', '.join(holidays)}." if holidays else ""
        counted_cause = next((part.cause for part in parts if part.counted), "")
        cause = f"{counted_cause} Within business hours.{closed}".strip()
        yield Interval(ClockState.COUNTING, cause, parts[0].start, parts[-1].end, total, parts[0].elapsed)


def _overdue(clock: Clock, due: datetime, end: datetime) -> Iterator[Interval]:
    for since, until, pause in _spans(clock, end):
        start = max(since, due)
        if pause and start < until:
            yield Interval(ClockState.PAUSED, pause.cause, start, until)
        elif start < until:
            late = counted_time(clock.calendar, start, until)
            yield Interval(ClockState.OVERDUE, "The due date has passed.", start, until, late)


def _spans(clock: Clock, end: datetime) -> Iterator[tuple[datetime, datetime, Pause | None]]:
    reached = clock.started_at
    for pause in clock.pauses:
        opens = min(max(pause.start, reached), end)
        closes = min(max(pause.end or end, reached), end)
        if reached < opens:
            yield reached, opens, None
        # A clock that is paused just now has an interval of no length.
        if opens < closes or (pause.end is None and clock.due.due_at is None):
            yield opens, closes, pause
        reached = max(reached, closes)
    if reached < end:
        yield reached, end, None


def _counted_time(clock: Clock, start: datetime, end: datetime) -> timedelta:
    """Return how much time counts, without the pauses."""
    total = ZERO
    for since, until, pause in _spans(clock, end):
        if pause is None and until > start:
            total += counted_time(clock.calendar, max(since, start), until)
    return total


def _parts(clock: Clock, start: datetime, end: datetime, pause: Pause | None) -> Iterator[Interval]:
    if pause:
        yield Interval(ClockState.PAUSED, pause.cause, start, end)
        return
    reached = start
    for opens, closes in clock.calendar.open_spans(start, end):
        if reached < opens:
            yield _outside(clock, reached, opens)
        yield Interval(ClockState.COUNTING, clock.cause, opens, closes, closes - opens)
        reached = closes
    if reached < end:
        yield _outside(clock, reached, end)


def _outside(clock: Clock, start: datetime, end: datetime) -> Interval:
    holidays = clock.calendar.closed_days(start, end)
    cause = f"Outside business hours: {', '.join(holidays)}." if holidays else "Outside business hours."
    return Interval(ClockState.OUTSIDE_BUSINESS_HOURS, cause, start, end)


def _mark_extensions(found: list[Interval], clock: Clock) -> list[Interval]:
    """Set the last counted time before the due date to extended, as much as the extensions added."""
    # While the clock is paused, the end of the time is in what is left, and not in an interval.
    ahead = clock.due.left if clock.due.due_at is None and clock.due.left else ZERO
    remaining, marked = list(found), []
    for extension in reversed(clock.extensions):
        hidden = min(ahead, extension.amount)
        ahead, amount = ahead - hidden, extension.amount - hidden
        while amount > ZERO and remaining:
            last = remaining.pop()
            if last.counted > amount and last.end is not None:
                edge = last.end - amount
                remaining.append(replace(last, end=edge, counted=last.counted - amount))
                last = replace(last, start=edge, counted=amount)
            if last.counted:
                last = replace(last, state=ClockState.EXTENDED, cause=extension.cause)
            amount -= last.counted
            marked.append(last)
    return remaining + marked[::-1]


def _split(interval: Interval, at: datetime) -> Iterator[Interval]:
    end = interval.end
    if end is None or end <= at:
        yield interval
    elif interval.start >= at:
        yield replace(interval, elapsed=False)
    else:
        before, after = at - interval.start, end - at
        has_counted = bool(interval.counted)
        yield replace(interval, end=at, counted=before if has_counted else ZERO)
        yield replace(interval, start=at, counted=after if has_counted else ZERO, elapsed=False)
