"""Service calendars, and moments at which they matter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from remediation.sla.business_hours import AllHours, BusinessHours

VIENNA = ZoneInfo("Europe/Vienna")
NINE_TO_FIVE = ((9 * 60, 17 * 60),)
OFFICE = BusinessHours(
    VIENNA,
    dict.fromkeys(range(5), NINE_TO_FIVE),
    {date(2026, 12, 25): "Christmas Day"},
    frozenset({date(2026, 12, 24)}),
)
AROUND_THE_CLOCK = BusinessHours(VIENNA, dict.fromkeys(range(7), ((0, 24 * 60),)))
CALENDARS = [
    AllHours(),
    OFFICE,
    AROUND_THE_CLOCK,
    BusinessHours(ZoneInfo("America/Havana"), dict.fromkeys(range(7), ((0, 90), (23 * 60, 24 * 60)))),
    BusinessHours(ZoneInfo("Australia/Lord_Howe"), {6: ((60, 200),)}),
    BusinessHours(ZoneInfo("Europe/Vienna"), {6: ((120, 150), (150, 180))}),
]
moments = st.integers(0, 4 * 366 * 86400).map(
    lambda second: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIENNA)
