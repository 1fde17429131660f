"""The events of a bulk change are consumed while its tasks and findings are changed again."""

from typing import Any

import pytest

from assurance import event_consumer
from events import outbox
from remediation.models import Task
from remediation.services import bulk
from tests import factories
from tests.factories import Scenario
from tests.races.threads import errors_in, racers

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, TASKS = 10, 60


def change(scenario: Scenario, tasks: list[Task], **changes: Any) -> Any:
    pks = sorted(task.pk for task in tasks)
    return bulk.update(
        scenario.project, pks, changes=changes, all_or_nothing=False, dry_run=False, by=scenario.actor
    )


def consume() -> None:
    outbox.consume(event_consumer.CONSUMER, event_consumer.consume)


@pytest.mark.slow
def test_consumption_against_a_bulk_change_has_no_deadlock(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    findings = [factories.finding(scenario) for _ in range(TASKS)]
    # The ids of tasks and of their findings have opposite orders.
    tasks = [factories.task(scenario, of=finding) for finding in reversed(findings)]
    with racers(3) as race:
        for number in range(ROUNDS):
            change(scenario, tasks, priority=("low", "high")[number % 2])

            results = race(
                consume,
                lambda number=number: change(
                    scenario, tasks, owner_id=None, status=("blocked", "backlog")[number % 2]
                ),
                consume,
            )

            assert errors_in(results) == []
    assert [record for record in caplog.records if "handling by" in record.getMessage()] == []
