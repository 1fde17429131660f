from datetime import timedelta

import pytest

from remediation.sla.offsets import parse_offset, parse_offsets


@pytest.mark.parametrize(
    ("text", "hours"),
    [("90m", 1.5), ("1h", 1), ("7d", 168), ("90d", 2160), ("91d", None), ("0h", None), (4, None)],
)
def test_offsets_are_minutes_hours_or_days(text: object, hours: float | None):
    assert parse_offset(text) == (None if hours is None else timedelta(hours=hours))


def test_offsets_of_a_list_are_sorted_and_bounded():
    found = parse_offsets(["1d", "2h", "later", "2h", "5h"], limit=2)

    assert found == [timedelta(hours=2), timedelta(hours=5)]
