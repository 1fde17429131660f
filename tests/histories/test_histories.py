"""Random histories of a project: what the API answers, and what is there then, is as the contract says, to the second.

`./krafter histories --count N --seed S` runs many. A failure prints a history that is as short as possible.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from events.models import OutboxEntry
from krafter_audit.http.timestamps import format_timestamp
from tests import factories
from tests.histories.model import Project
from tests.histories.operations import Api, Operation, choose, run_jobs
from tests.histories.sla_clock import SECOND

pytestmark = pytest.mark.django_db
SEEDS, OPERATIONS = (1, 2, 3), 20  # of the histories in each run of all tests
MANY_OPERATIONS = 60  # of those that are run by hand
SHRINKING_SECONDS = 150

type Next = Callable[[Project, int], Operation]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    count, first = (metafunc.config.getoption(name) for name in ("count", "seed"))
    cases = [(first + place, MANY_OPERATIONS) for place in range(count)]
    metafunc.parametrize(("seed", "length"), cases or [(seed, OPERATIONS) for seed in SEEDS])


def test_history_is_as_the_contract_says(seed: int, length: int) -> None:
    random, history = Random(seed), []

    def choose_next(project: Project, number: int) -> Operation:
        history.append(choose(random, project, number))
        return history[-1]

    mismatch = mismatch_in(choose_next, length)
    if mismatch:
        history, mismatch = shortest(history, mismatch)
        pytest.fail(f"seed {seed}: {mismatch}\n" + "\n".join(map(str, history)), pytrace=False)


def shortest(history: Sequence[Operation], mismatch: str) -> tuple[Sequence[Operation], str]:
    """Leave out operations as long as there is a mismatch; return what is left, and its mismatch."""
    end, size = time.monotonic() + SHRINKING_SECONDS, len(history) // 2
    while size:
        before = len(history)
        for start in range(before - size, -1, -size):
            fewer = [*history[:start], *history[start + size :]]
            in_time = time.monotonic() < end
            if in_time and (found := mismatch_in(lambda _, n, ops=fewer: ops[n - 1], len(fewer))):
                history, mismatch = fewer, found
        if size > 1 or len(history) == before:
            size //= 2
    return history, mismatch


def mismatch_in(choose_next: Next, length: int) -> str:
    """Perform a history in a new project; return the first difference from the model, or nothing."""
    start = datetime.fromtimestamp(int(time.time()), UTC)
    with transaction.atomic(), time_machine.travel(start, tick=False) as clock:
        project, api = Project(start), Api(factories.scenario(), clock)
        api.perform(Operation(0, "replace_policy", "", {"config": 0}))
        counted: dict[str, Any] = {}
        try:
            for number in range(1, length + 1):
                operation = choose_next(project, number)
                if operation.is_possible(project):
                    counts = perform(operation, project, api)
                    counted[f"?as_of={format_timestamp(project.now)}"] = counts
            require_equal({moment: api.counts(moment) for moment in counted}, counted)
            run_jobs()
            require_equal({"unconsumed events": OutboxEntry.objects.count()}, {"unconsumed events": 0})
        except (AssertionError, LookupError, DatabaseError) as mismatch:
            return str(mismatch) if isinstance(mismatch, AssertionError) else repr(mismatch)
        finally:
            transaction.set_rollback(True)
    return ""


def perform(operation: Operation, project: Project, api: Api) -> dict[str, Any]:
    """Perform an operation, and return the counts then. Raises AssertionError if the API differs from the model."""
    api.clock.shift(SECOND)
    expected = project.perform(operation.name, operation.row, operation.body)
    require_equal({"answer": api.perform(operation)}, {"answer": expected})
    state = api.state()
    require_equal(state, project.state())
    if tasks := [*project.tasks]:
        task = tasks[operation.number % len(tasks)]
        clock = project.tasks[task].clock(project.now)
        require_equal({f"clock of {task}": api.clock_of(task)}, {f"clock of {task}": clock})
    return {kind: state[kind] for kind in ("findings", "tasks")}


def require_equal(found: dict[str, Any], expected: dict[str, Any]) -> None:
    differing = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
    if differing:
        lines = [f"{key} is {found.get(key)}, expected {expected.get(key)}" for key in differing]
        raise AssertionError("; ".join(lines))
