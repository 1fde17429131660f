"""The calibration of the forecast on generated histories."""

from random import Random

import pytest

from devtools.benchmark.forecast import PROJECTS, calibrate


@pytest.mark.slow
@pytest.mark.parametrize("name", ["constant work", "weekly scans", "bursts"])
def test_ranges_contain_the_actual_day_about_as_often_as_their_probability(name: str):
    found = calibrate(name, weeks=12, histories=30)

    assert found.histories == 30
    assert 0.4 <= found.within_50 <= 0.8
    assert found.within_90 >= 0.8


@pytest.mark.parametrize("name", PROJECTS)
def test_no_project_closes_more_than_is_open(name: str):
    step, still_open = PROJECTS[name](Random(1)), 5
    for day in range(200):
        opened, closed = step(day, still_open)
        still_open += opened - closed
        assert still_open >= 0
