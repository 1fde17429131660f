from datetime import timedelta
from typing import Any

import pytest

from assurance import guard_policy
from findings.models import Severity


def test_offsets_are_sorted_and_each_counts_once():
    config = {"guard": {"high": ["7d", "1h", "60m", "90m"]}}

    found = guard_policy.offsets(config, "high")

    assert found == [timedelta(hours=1), timedelta(minutes=90), timedelta(days=7)]


@pytest.mark.parametrize("value", ["0h", "-1h", "1", "1w", "1.5h", "91d", "1h ", 1, None, True, ["1h"]])
def test_invalid_offset_is_ignored(value: Any):
    assert guard_policy.offsets({"guard": {"high": [value, "1h"]}}, "high") == [timedelta(hours=1)]


@pytest.mark.parametrize("guard", [None, [], "1h", {"high": "1h"}, {"high": {"1h": True}}])
def test_invalid_config_guards_nothing(guard: Any):
    assert not any(guard_policy.offsets({"guard": guard}, severity) for severity in Severity.values)


def test_at_most_ten_offsets_count():
    config = {"guard": {"low": [f"{hours}h" for hours in range(1, 20)]}}

    assert len(guard_policy.offsets(config, "low")) == 10


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), (0, 0), (None, 200), ("5", 200), (True, 200), (-1, 200), (10_000, 10_000), (10_001, 200)],
)
def test_runs_per_day_has_a_default(value: Any, number: int):
    assert guard_policy.runs_per_day({"guard": {"runs_per_day": value}}) == number


@pytest.mark.parametrize(
    ("key", "value", "is_named"),
    [
        ("runs_per_day", 0, False),
        ("runs_per_day", 10_000, False),
        ("runs_per_day", 10_001, True),
        ("runs_per_day", True, True),
        ("runs_per_day", "5", True),
        ("high", ["1h"] * 10, False),
        ("high", ["1h"] * 11, True),
        ("high", ["1h", "x"], True),
        ("high", "1h", True),
        ("urgent", ["1h"], True),
    ],
)
def test_part_of_the_policy_that_is_ignored_is_named(key: str, value: Any, is_named: bool):
    assert bool(list(guard_policy.ignored_part(f"guard.{key}", value))) == is_named
