"""A due date is extended while its task is approved, blocked, or follows a new policy."""

import pytest

from remediation.errors import TaskDone
from remediation.models import Task
from remediation.services import recalculations, tasks, verdicts
from remediation.services.extensions import extend
from remediation.sla.models import SlaExtension, SlaPause, SlaRecalculation
from tests import factories
from tests.factories import Scenario
from tests.races.threads import errors_in, racers
from tests.unit.remediation.sla.clock_scenarios import HOUR, PAUSING, set_policy

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    set_policy(scenario, PAUSING)
    return scenario


@pytest.mark.slow
def test_extension_against_approval_is_before_it_or_refused(scenario: Scenario) -> None:
    with racers(2) as race:
        for _ in range(ROUNDS):
            verification = factories.verification(scenario)
            before = verification.task.sla_due_at
            assert before is not None

            extended, _ = race(
                lambda pk=verification.task_id: extend(pk, hours=1, reason="more", by=scenario.actor),
                lambda pk=verification.pk: verdicts.approve(pk, by=scenario.actor),
            )

            task = Task.objects.get(pk=verification.task_id)
            refused = isinstance(extended, TaskDone)
            assert (refused, task.status, task.sla_outcome) == (
                not isinstance(extended, SlaExtension),
                "done",
                "met",
            )
            assert task.sla_due_at == before + (0 if refused else 1) * HOUR


@pytest.mark.slow
def test_extension_and_block_and_recalculation_are_all_kept(scenario: Scenario) -> None:
    with racers(3) as race:
        for number in range(ROUNDS):
            task = factories.task(scenario)
            set_policy(scenario, {**PAUSING, "sla_hours": {"high": 100 + number}})
            row = SlaRecalculation.objects.latest("created_at")

            results = race(
                lambda pk=task.pk: extend(pk, hours=1, reason="more", by=scenario.actor),
                lambda pk=task.pk: tasks.update(pk, changes={"status": "blocked"}, by=scenario.actor),
                lambda pk=row.pk: recalculations.run_batch(pk),
            )

            assert errors_in(results) == []
            pause = SlaPause.objects.get(task=task)
            task.refresh_from_db()
            passed = pause.started_at - task.created_at
            assert (task.sla_due_at, pause.ended_at) == (None, None)
            assert pause.left + passed == (101 + number) * HOUR
