"""Reading `date_from` and `date_to`."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone

from krafter_audit.api.errors import InvalidParams
from reports.queries import MOST_DAYS, Period, last_days

DAY = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
PARAMETERS = frozenset({"date_from", "date_to"})


def asked_in(params: Mapping[str, str]) -> Period | None:
    """Return the period that the query string asks for, None when it names none, or refuse it.

    `date_from` alone runs until today, `date_to` alone covers the seven days that end with it.
    """
    start, end = day_in(params, "date_from"), day_in(params, "date_to")
    if start is None and end is None:
        return None
    if start is None:
        return last_days(end)
    return bounded(start, end or timezone.now().date())


def day_in(params: Mapping[str, str], name: str) -> date | None:
    """Read one day, or refuse what is not one."""
    raw = params.get(name)
    if raw is None:
        return None
    try:
        day = date.fromisoformat(raw) if DAY.match(raw) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise InvalidParams(details={name: ["Use a day as YYYY-MM-DD, between the years 2000 and 2199."]})
    return day


def bounded(start: date, end: date) -> Period:
    """Return the period, or refuse one that runs backwards or is too long."""
    if start > end:
        raise InvalidParams(details={"date_from": ["It must not be after date_to (today when left out)."]})
    if end - start >= timedelta(days=MOST_DAYS):
        raise InvalidParams(details={"date_from": [f"The range may cover {MOST_DAYS} days at most."]})
    return Period(start, end)
