"""Times are read, and written as ISO 8601 in UTC with whole seconds."""

from datetime import UTC, datetime, timedelta, timezone

from krafter_audit.http.timestamps import format_timestamp, parse_timestamp


def test_timestamp_is_in_utc_with_whole_seconds() -> None:
    berlin = timezone(timedelta(hours=1))

    assert [
        format_timestamp(datetime(2026, 11, 25, 9, 30, 0, 999_999, tzinfo=UTC)),
        format_timestamp(datetime(2026, 11, 25, 0, 30, tzinfo=berlin)),
    ] == ["2026-11-25T09:30:00Z", "2026-11-24T23:30:00Z"]


def test_timestamp_without_an_offset_is_in_utc() -> None:
    expected = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

    assert [parse_timestamp("2026-11-25T09:30:00Z"), parse_timestamp("2026-11-25T09:30:00")] == [expected] * 2
