"""Due dates follow a new policy while findings are dismissed."""

import threading

import pytest
from django.db import transaction

from findings.services import triage
from remediation.services import recalculations
from remediation.sla.models import SlaRecalculation
from tests import factories
from tests.factories import Scenario
from tests.races.threads import another_transaction_waits_for_this_one, at_once
from tests.unit.remediation.sla.clock_scenarios import PAUSING, set_policy
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_task_of_a_finding_that_is_dismissed_meanwhile_gets_no_due_date(scenario: Scenario) -> None:
    set_policy(scenario, {**PAUSING, "sla_hours": {}})
    task = factories.task(scenario)
    set_policy(scenario, PAUSING)
    row, dismissed = SlaRecalculation.objects.latest("created_at"), threading.Event()

    def dismiss() -> None:
        with transaction.atomic():
            triage.dismiss(task.finding_id, reason="wont_fix", by=scenario.actor)
            dismissed.set()
            assert eventually(another_transaction_waits_for_this_one)

    def recalculate() -> bool:
        dismissed.wait(10)
        return recalculations.run_batch(row.pk)

    assert at_once(dismiss, recalculate) == [None, True]
    task.refresh_from_db()
    assert task.sla_due_at is None
