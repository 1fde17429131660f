"""Random histories of a project: what the API answers, and what is there then, is as the contract says, to the second.

`./krafter histories --count N --seed S` runs many of each area, with `-k numbers` those of one. A failure prints a
history that is as short as possible.
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
from tests.histories import (
    alert_requests,
    deploys,
    guard_requests,
    number_requests,
    share_requests,
    survival,
    ticket_requests,
)
from tests.histories.model import Project
from tests.histories.operations import Api, Area, Operation, choose, run_jobs
from tests.histories.sla_clock import SECOND

pytestmark = pytest.mark.django_db
AREAS = {
    "sla-clock": Area(),
    "numbers": number_requests.AREA,
    "survival": survival.AREA,
    "alerts": alert_requests.AREA,
    "guard-windows": guard_requests.AREA,
    "shares": share_requests.AREA,
    "tickets": ticket_requests.AREA,
    "deploys": deploys.AREA,
}
# The seeds and lengths of the histories in each run of all tests.
FEW = {
    "sla-clock": [(1, 20), (2, 20), (3, 20)],
    "numbers": [(1, 15)],
    "survival": [(1, 12)],
    "alerts": [(1, 8)],
    "guard-windows": [(1, 8)],
    "shares": [(1, 10)],
    "tickets": [(212, 18), (3, 30)],
    "deploys": [(51, 30)],
}
MANY_OPERATIONS = 60  # of those that are run by hand
SHRINKING_SECONDS = 150

type Next = Callable[[Project, int], Operation]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    count, first = (metafunc.config.getoption(name) for name in ("count", "seed"))
    many = [(first + index, MANY_OPERATIONS) for index in range(count)]
    cases = [(name, *case) for name in AREAS for case in many or FEW[name]]
    metafunc.parametrize(("area", "seed", "length"), cases)


@pytest.mark.slow
def test_history_is_as_the_contract_says(area: str, seed: int, length: int) -> None:
    random, history, kind = Random(seed), [], AREAS[area]

    def choose_next(project: Project, number: int) -> Operation:
        history.append(choose(random, project, number, kind))
        return history[-1]

    mismatch = mismatch_in(kind, choose_next, length)
    if mismatch:
        history, mismatch = shortest(kind, history, mismatch)
        pytest.fail(f"seed {seed}: {mismatch}\n" + "\n".join(map(str, history)), pytrace=False)


def shortest(area: Area, history: Sequence[Operation], mismatch: str) -> tuple[Sequence[Operation], str]:
    """Leave out operations as long as there is a mismatch; return what is left, and its mismatch."""
    end, size = time.monotonic() + SHRINKING_SECONDS, len(history) // 2
    while size:
        before = len(history)
        for start in range(before - size, -1, -size):
            fewer = [*history[:start], *history[start + size :]]
            in_time = time.monotonic() < end
            if in_time and (found := mismatch_in(area, lambda _, n, ops=fewer: ops[n - 1], len(fewer))):
                history, mismatch = fewer, found
        if size > 1 or len(history) == before:
            size //= 2
    return history, mismatch


def mismatch_in(area: Area, choose_next: Next, length: int) -> str:
    """Perform a history in a new project; return the first difference from the model, or nothing."""
    # Ahead of the clock of PostgreSQL, by which the outbox gives out its entries, also on a busy machine.
    start = datetime.fromtimestamp(int(time.time()) + 3600, UTC)
    travel = time_machine.travel(start, tick=False)
    with transaction.atomic(), travel as clock, area.scenario() as scenario:
        project, api = area.project(start), area.api(scenario, clock)
        api.perform(Operation(0, "replace_policy", "", {"config": 0}))
        counted: dict[str, Any] = {}
        try:
            for number in range(1, length + 1):
                operation = choose_next(project, number)
                if operation.is_possible(project) and (counts := perform(operation, project, api)):
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
    answer = project.perform(operation.name, operation.row, operation.body)
    require_equal({"answer": api.perform(operation)}, {"answer": answer})
    state = api.state()
    require_equal(state, project.state())
    expected = project.views(operation.number)
    require_equal({path: api.view(path) for path in expected}, expected)
    return {kind: state[kind] for kind in ("findings", "tasks") if kind in state}


def require_equal(found: dict[str, Any], expected: dict[str, Any]) -> None:
    differing = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
    if differing:
        lines = [f"{key} is {found.get(key)}, expected {expected.get(key)}" for key in differing]
        raise AssertionError("; ".join(lines))
