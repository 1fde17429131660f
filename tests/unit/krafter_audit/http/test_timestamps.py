"""Times are read, and written as ISO 8601 in UTC with whole seconds."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from krafter_audit.http.timestamps import (
    format_timestamp,
    is_day,
    parse_day,
    parse_retry_after,
    parse_timestamp,
)


def test_timestamp_is_in_utc_with_whole_seconds() -> None:
    berlin = timezone(timedelta(hours=1))

    assert [
        format_timestamp(datetime(2026, 11, 25, 9, 30, 0, 999_999, tzinfo=UTC)),
        format_timestamp(datetime(2026, 11, 25, 0, 30, tzinfo=berlin)),
    ] == ["2026-11-25T09:30:00Z", "2026-11-24T23:30:00Z"]


def test_timestamp_without_an_offset_is_in_utc() -> None:
    expected = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

    assert [parse_timestamp("2026-11-25T09:30:00Z"), parse_timestamp("2026-11-25T09:30:00")] == [expected] * 2


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"])
def test_time_whose_year_in_utc_is_out_of_range_is_rejected(text: str) -> None:
    with pytest.raises(ValueError):
        parse_timestamp(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-25", date(2026, 11, 25)),
        ("2026-02-30", None),
        ("20261125", None),
        ("2026-W48-3", None),
        ("2026-11-25\n", None),
        ("２026-11-25", None),
    ],
)
def test_day_has_one_form(text: str, day: date | None) -> None:
    with nullcontext() if day else pytest.raises(ValueError):
        assert parse_day(text) == day


def test_form_of_a_day_is_recognised_without_such_a_day() -> None:
    assert [is_day(text) for text in ("2026-02-30", "2026-11-25T09:30:00Z")] == [True, False]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0), ("", 0), ("7", 7), (" 7 ", 7), ("-1", 0), ("soon", 0), ("1.5", 0), ("9" * 30, 999999999),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("٣", 0), ("Fri, 01 Jan 9999999999999 00:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_header_is_parsed(header: str | None, seconds: float) -> None:
    assert parse_retry_after(header) == seconds


def test_retry_after_date_is_converted_to_seconds(time_machine: Any) -> None:
    time_machine.move_to("2026-01-01T00:00:00Z", tick=False)

    assert parse_retry_after("Thu, 01 Jan 2026 00:00:30 GMT") == 30
