"""Due dates follow a new policy while findings are dismissed."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import close_old_connections, connection, transaction

from findings.services import triage
from remediation.services import recalculations
from remediation.sla.models import SlaRecalculation
from tests import factories
from tests.factories import Scenario
from tests.races.threads import at_once
from tests.unit.remediation.sla.clock_scenarios import PAUSING, set_policy

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def scenario(transactional_db: None) -> Iterator[Scenario]:
    yield factories.scenario()
    close_old_connections()


def wait_until_another_transaction_waits_for_this_one() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            [(waiting,)] = cursor.fetchall()
        if waiting:
            return
        time.sleep(0.05)
    raise AssertionError("No transaction waits for this one.")


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
            wait_until_another_transaction_waits_for_this_one()

    def recalculate() -> bool:
        dismissed.wait(10)
        return recalculations.run_batch(row.pk)

    assert at_once(dismiss, recalculate) == [None, True]
    task.refresh_from_db()
    assert task.sla_due_at is None
