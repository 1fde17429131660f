"""The period of a report is parsed from the query parameters date_from and date_to."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from krafter_audit.api.errors import InvalidParams
from reports.periods import parse_period
from reports.queries import Period


@pytest.fixture(autouse=True)
def _on_25_november(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 25, 12, tzinfo=UTC), tick=False)


@pytest.mark.parametrize(
    ("params", "period"),
    [
        ({}, None),
        ({"date_from": "2026-11-01"}, Period(date(2026, 11, 1), date(2026, 11, 25))),
        ({"date_to": "2026-11-10"}, Period(date(2026, 11, 4), date(2026, 11, 10))),
        (
            {"date_from": "2026-11-10", "date_to": "2026-11-10"},
            Period(date(2026, 11, 10), date(2026, 11, 10)),
        ),
        (
            {"date_from": "2024-01-01", "date_to": "2024-12-31"},  # the longest: 366 days
            Period(date(2024, 1, 1), date(2024, 12, 31)),
        ),
    ],
)
def test_missing_end_is_today_and_missing_start_gives_seven_days(
    params: dict[str, str], period: Period | None
) -> None:
    assert parse_period(QueryDict(urlencode(params))) == period


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"date_from": "yesterday"}, "date_from"),
        ({"date_from": "2026-11-31"}, "date_from"),
        ({"date_from": "9999-12-31"}, "date_from"),
        ({"date_to": "2026-11-10T00:00:00Z"}, "date_to"),
        ({"date_to": "20261110"}, "date_to"),
        ({"date_to": "2026-11-10 "}, "date_to"),
        ({"date_from": "1999-12-31"}, "date_from"),
        ({"date_to": "2200-01-01"}, "date_to"),
        ({"date_from": "2026-11-26"}, "date_from"),
        ({"date_to": "2026-11-26"}, "date_to"),
        ({"date_from": "2026-11-25", "date_to": "2026-11-26"}, "date_to"),
        ({"date_from": "2026-11-10", "date_to": "2026-11-09"}, "date_from"),
        ({"date_from": "2024-01-01", "date_to": "2025-01-01"}, "date_from"),
    ],
)
def test_invalid_period_is_rejected_with_its_field(params: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidParams) as rejected:
        parse_period(QueryDict(urlencode(params)))

    assert set(rejected.value.details) == {field}
