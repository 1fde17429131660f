"""Simulated futures."""

import pytest

from reports.forecast import simulation
from reports.forecast.simulation import (
    DailyFlow,
    Range,
    forecast,
    has_enough_history,
    past_weeks,
)


def flows(*days: tuple[int, int], weeks: int = 4) -> tuple[DailyFlow, ...]:
    """Return the days of a week, repeated."""
    return tuple(DailyFlow(*day) for day in days * weeks)


def test_steady_work_without_new_findings_ends_after_as_many_days():
    # As many a day are ten days; the same share of the open ones (at last of 20) takes longer.
    likely, almost_sure = forecast(flows(*[(0, 2)] * 7), 20, seed=1)

    assert (likely.probability, almost_sure.probability, almost_sure.earliest) == (0.5, 0.9, 10)
    assert 10 <= likely.latest <= almost_sure.latest


def test_wider_range_contains_the_narrower_one():
    week = [(0, 1), (0, 0), (0, 2), (0, 0), (0, 3), (0, 0), (0, 0)]
    likely, almost_sure = forecast(flows(*week), 15, seed=1)

    assert almost_sure.earliest <= likely.earliest <= likely.latest <= almost_sure.latest


def test_more_new_findings_than_closed_ones_is_after_the_horizon():
    assert forecast(flows(*[(3, 1)] * 7), 80, seed=1) == (Range(0.5, None, None), Range(0.9, None, None))


def test_same_arguments_have_the_same_forecast():
    varied = tuple(DailyFlow(0, day * day % 11) for day in range(35))
    first, with_other_seed = forecast(varied, 60, seed=1), forecast(varied, 60, seed=2)

    simulation._simulate.cache_clear()

    assert forecast(varied, 60, seed=1) == first != with_other_seed


def test_range_that_ends_after_the_horizon_has_no_latest_day():
    one_fewer_each_week = flows(*[(1, 1)] * 6, (1, 2))

    # As many a day are 48 weeks; the same share of the open ones takes longer than the 52 of the horizon.
    assert forecast(one_fewer_each_week, 48, seed=1) == (Range(0.5, 336, None), Range(0.9, 336, None))


@pytest.mark.parametrize(
    ("days", "enough"),
    [
        ([(1, 1)] * 28, True), ([(1, 1)] * 27, False), ([(1, 0)] * 24 + [(0, 1)] * 4, False), ([], False),
    ],
)  # fmt: skip
def test_history_is_enough_after_four_weeks_and_five_closed(days: list[tuple[int, int]], enough: bool):
    assert has_enough_history([DailyFlow(*day) for day in days]) is enough


def test_weeks_are_whole_and_end_with_the_last_day():
    weeks = past_weeks(flows(*[(0, 1)] * 9, weeks=1), still_open=3)

    # Twelve were open before the first of the nine days, of which the first two are no whole week.
    assert [[(opened, closed, round(share, 2)) for opened, closed, share in week] for week in weeks] == [
        [(0, 1, 0.1), (0, 1, 0.11), (0, 1, 0.12), (0, 1, 0.14), (0, 1, 0.17), (0, 1, 0.2), (0, 1, 0.25)]
    ]
