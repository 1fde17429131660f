"""`./krafter bench forecast`: compares forecasts with the rest of generated histories, and prints the calibration.

Each history is a project that is simulated to the end of its last critical finding. The forecast gets only its first
weeks. Of a calibrated forecast, half of the days are within the range of 50 % and nine tenths within that of 90 %.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from random import Random

from reports.forecast.simulation import (
    DAYS_PER_WEEK,
    HORIZON_DAYS,
    DailyFlow,
    Range,
    forecast,
    has_enough_history,
)

WEEKS = (5, 12)
MAX_SEEDS_PER_HISTORY = 5  # a history without an open finding at the end of its weeks has nothing to forecast

# The findings that are opened and closed on a day, from its number and the findings open before.
type Project = Callable[[int, int], tuple[int, int]]


def poisson(random: Random, mean: float) -> int:
    limit, product, number = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        number += 1
    return number


def constant_work(random: Random) -> Project:
    """Each working day the team closes a number of findings; they come one by one."""
    mean = random.uniform(0.1, 1)
    speed = mean * random.uniform(1.1, 2.5) * DAYS_PER_WEEK / 5

    def step(day: int, still_open: int) -> tuple[int, int]:
        opened = poisson(random, mean)
        return opened, min(still_open + opened, poisson(random, speed) if day % DAYS_PER_WEEK < 5 else 0)

    return step


def constant_share(random: Random) -> Project:
    """The team closes each open finding with the same probability a day."""
    mean, share = random.uniform(0.02, 0.4), random.uniform(0.02, 0.15)

    def step(day: int, still_open: int) -> tuple[int, int]:
        opened = poisson(random, mean)
        return opened, sum(random.random() < share for _ in range(still_open + opened))

    return step


def weekly_scans(random: Random) -> Project:
    """Findings come with a scan each week."""
    mean = random.uniform(0.5, 4)
    speed = mean / DAYS_PER_WEEK * random.uniform(1.1, 2.5)

    def step(day: int, still_open: int) -> tuple[int, int]:
        opened = poisson(random, mean) if day % DAYS_PER_WEEK == 0 else 0
        return opened, min(still_open + opened, poisson(random, speed))

    return step


def bursts(random: Random) -> Project:
    """Findings come several at a time, without a pattern."""
    mean, size = random.uniform(0.05, 0.15), random.randint(2, 6)
    speed = mean * size * random.uniform(1.1, 2.5)

    def step(day: int, still_open: int) -> tuple[int, int]:
        opened = size * poisson(random, mean)
        return opened, min(still_open + opened, poisson(random, speed))

    return step


def slower_each_week(random: Random) -> Project:
    """As `constant_work`, closing 2 % less each week."""
    before = constant_work(random)

    def step(day: int, still_open: int) -> tuple[int, int]:
        opened, closed = before(day, still_open)
        return opened, sum(random.random() < 0.98 ** (day // DAYS_PER_WEEK) for _ in range(closed))

    return step


PROJECTS: dict[str, Callable[[Random], Project]] = {
    "constant work": constant_work,
    "constant share": constant_share,
    "weekly scans": weekly_scans,
    "bursts": bursts,
    "slower each week": slower_each_week,
}


@dataclass(frozen=True)
class Calibration:
    """How many of the histories ended within the ranges, and the CPU time of a forecast in milliseconds."""

    project: str
    weeks: int
    histories: int
    within_50: float
    within_90: float
    mean_ms: float
    max_ms: float


@dataclass(frozen=True)
class ForecastOutcome:
    """The day on which no finding was open, the ranges of the forecast, and its CPU time in seconds."""

    day: int
    ranges: tuple[Range, ...]
    seconds: float


def calibrate(name: str, *, weeks: int, histories: int) -> Calibration:
    found = list(_outcomes(PROJECTS[name], weeks, histories))
    milliseconds = [outcome.seconds * 1000 for outcome in found]
    within_50, within_90 = (
        sum(_contains(outcome.ranges[index], outcome.day) for outcome in found) / len(found)
        for index in (0, 1)
    )
    return Calibration(
        name,
        weeks,
        len(found),
        round(within_50, 2),
        round(within_90, 2),
        round(sum(milliseconds) / len(found), 1),
        round(max(milliseconds), 1),
    )


def _contains(forecast_range: Range, day: int) -> bool:
    after = HORIZON_DAYS + 1
    earliest, latest = (
        after if day is None else day for day in (forecast_range.earliest, forecast_range.latest)
    )
    return earliest <= day <= latest


def _outcomes(make: Callable[[Random], Project], weeks: int, histories: int) -> Iterator[ForecastOutcome]:
    found = (_outcome_of(make, weeks, seed) for seed in range(histories * MAX_SEEDS_PER_HISTORY))
    return islice((outcome for outcome in found if outcome is not None), histories)


def _outcome_of(make: Callable[[Random], Project], weeks: int, seed: int) -> ForecastOutcome | None:
    random = Random(seed)  # noqa: S311  a simulation
    return _outcome(make(random), random.randint(10, 60), weeks, seed)


def _outcome(step: Project, still_open: int, weeks: int, seed: int) -> ForecastOutcome | None:
    flows = []
    for day in range(weeks * DAYS_PER_WEEK):
        opened, closed = step(day, still_open)
        still_open += opened - closed
        flows.append(DailyFlow(opened, closed))
    if not still_open or not has_enough_history(flows):
        return None
    start = time.process_time()
    ranges = forecast(tuple(flows), still_open, seed=seed)
    seconds = time.process_time() - start
    day = 0
    while still_open and day <= HORIZON_DAYS:
        opened, closed = step(len(flows) + day, still_open)
        still_open += opened - closed
        day += 1
    return ForecastOutcome(day, ranges, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./krafter bench forecast", description=__doc__)
    parser.add_argument("--histories", type=int, default=200, help="of each kind of project")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    found = [
        calibrate(name, weeks=weeks, histories=arguments.histories) for name in PROJECTS for weeks in WEEKS
    ]
    if arguments.json:
        print(json.dumps([asdict(outcome) for outcome in found]))
        return
    print("| project | weeks known | histories | within 50 % | within 90 % | CPU ms, mean | max |")
    print("|---|---|---|---|---|---|---|")
    for outcome in found:
        print(
            f"| {outcome.project} | {outcome.weeks} | {outcome.histories} | {outcome.within_50:.0%}"
            f" | {outcome.within_90:.0%} | {outcome.mean_ms} | {outcome.max_ms} |"
        )


if __name__ == "__main__":
    main()
