"""The end of a rate limit and the next page are read from headers, which may be stale or wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.providers.headers import at_epoch, next_page, retry_after, within_a_day

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("30", timedelta(seconds=30)),
        (" 5 ", timedelta(seconds=5)),
        ("0", timedelta()),
        ("99999999999999999999", DAY),
        ("-1", None),
        ("1.5", None),
        ("", None),
        (None, None),
        ("Sun, 01 Nov 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Sun, 01 Nov 2099 12:00:00 GMT", DAY),
        ("Sun, 01 Nov 2026 11:59:59 GMT", None),
        ("soon", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(
    value: str | None, wait: timedelta | None, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)

    assert retry_after(value, NOW) == (None if wait is None else NOW + wait)


@pytest.mark.parametrize(
    ("offset", "is_valid"), [(-1, False), (0, False), (1, True), (86_400, True), (86_401, False)]
)
def test_reset_counts_only_within_the_next_day(offset: int, is_valid: bool) -> None:
    moment = NOW + timedelta(seconds=offset)

    expected = moment if is_valid else None
    assert (within_a_day(moment, NOW), at_epoch(moment.timestamp(), NOW)) == (expected, expected)


def test_absurd_epoch_is_ignored() -> None:
    assert at_epoch(1e300, NOW) is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("", None),
        (
            '<https://x.example/?page=2>; rel="next", <https://x.example/?page=9>; rel="last"',
            "https://x.example/?page=2",
        ),
        ("<https://x.example/?page=2>; rel=next", "https://x.example/?page=2"),
        ('<https://x.example/?page=1>; rel="prev"', None),
    ],
)
def test_next_page_is_read_from_the_link_header(link: str, expected: str | None) -> None:
    assert next_page(link) == expected
