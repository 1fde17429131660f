"""The end of a rate limit is read from headers, and bounded: a header may be stale or wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.providers.rate_limits import after_seconds, at_epoch, within_a_day

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("30", timedelta(seconds=30)),
        (" 5 ", timedelta(seconds=5)),
        ("0", timedelta()),
        ("99999999999999999999", DAY),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_wait_in_seconds_is_at_most_a_day(value: str, wait: timedelta | None) -> None:
    assert after_seconds(value, NOW) == (None if wait is None else NOW + wait)


@pytest.mark.parametrize(
    ("offset", "is_valid"), [(-1, False), (0, False), (1, True), (86_400, True), (86_401, False)]
)
def test_reset_counts_only_within_the_next_day(offset: int, is_valid: bool) -> None:
    moment = NOW + timedelta(seconds=offset)

    expected = moment if is_valid else None
    assert (within_a_day(moment, NOW), at_epoch(moment.timestamp(), NOW)) == (expected, expected)


def test_absurd_epoch_is_ignored() -> None:
    assert at_epoch(1e300, NOW) is None
