"""A soak finds processes whose memory or open files grow."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from devtools.soak.samples import History, Sample, take_samples


def history(sample: Callable[[int], Sample], rounds: int = 360) -> History:
    made = History()
    for number in range(rounds):
        made.add({"web 1": sample(number)})
    return made


@pytest.mark.parametrize(
    ("sample", "problem"),
    [
        (lambda number: Sample(100 + number % 3, 30 + number % 5), ""),
        (lambda number: Sample(100 + number / 20, 30), "memory grows"),  # 36 MB an hour
        (lambda number: Sample(100, 30 + number), "open files grow"),
        (lambda number: Sample(min(100, 20 + 10 * number), 30), ""),  # the warm-up
        (lambda number: Sample(100 if number < 220 else 140, 30), ""),  # the first job of an idle process
    ],
)
def test_growth_after_the_warm_up_is_a_problem(sample: Callable[[int], Sample], problem: str) -> None:
    [trend] = history(sample).trends()

    assert trend.problem == problem


def test_process_that_ran_for_a_short_time_has_no_trend() -> None:
    made = history(lambda number: Sample(100, 30))
    for _ in range(500):
        made.add({"web 2": Sample(1, 1)})

    assert [trend.process for trend in made.trends()] == ["web 2"]


def test_processes_are_named_and_measured() -> None:
    script = "import time; print(flush=True); time.sleep(30)  # krafter_audit.server"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # Python has been loaded
        found = take_samples(os.getpid())
        process.kill()

    assert [name for name in found if name.startswith("web ")] == [f"web {process.pid}"]
    assert found[f"web {process.pid}"].megabytes > 1
    assert found[f"web {process.pid}"].files >= 3
