from datetime import date, timedelta

from django.http import QueryDict
from django.utils import timezone

from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.pagination import single_parameter
from krafter_audit.http.timestamps import parse_day
from reports.queries import MAX_PERIOD_DAYS, Period, last_days

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


def parse_period(params: QueryDict) -> Period | None:
    """Parse the period of a query string; None without one. Raises InvalidParams.

    Without `date_to` it ends today; without `date_from` it has seven days.
    """
    start, end = parse_date(params, "date_from"), parse_date(params, "date_to")
    if start is None and end is None:
        return None
    _reject_future(date_from=start, date_to=end)
    if start is None:
        return last_days(end)
    return checked_period(start, end or timezone.now().date())


def _reject_future(**days: date | None) -> None:
    today = timezone.now().date()
    details = {
        name: [f"Must not be in the future: today is {today} in UTC."]
        for name, day in days.items()
        if day is not None and day > today
    }
    if details:
        raise InvalidParams(details=details)


def parse_date(params: QueryDict, name: str) -> date | None:
    value = single_parameter(params, name)
    if value is None:
        return None
    try:
        day: date | None = parse_day(value)
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise InvalidParams(details={name: ["Use a date as YYYY-MM-DD, between 2000 and 2199."]})
    return day


def checked_period(start: date, end: date) -> Period:
    if start > end:
        raise InvalidParams(details={"date_from": ["Must not be after date_to (today if left out)."]})
    if end - start >= timedelta(days=MAX_PERIOD_DAYS):
        raise InvalidParams(details={"date_from": [f"The period must not exceed {MAX_PERIOD_DAYS} days."]})
    return Period(start, end)
