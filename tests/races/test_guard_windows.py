"""Guard windows end while a deploy adds runs to them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assurance.models import Deploy, GuardRun, GuardWindow
from assurance.services import deploys, guard_windows
from findings.locks import lock_finding
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario
from tests.races.threads import another_transaction_waits_for_this_one, errors_in, racers
from tests.unit.assurance.conftest import GUARD, set_policy
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, WINDOWS = 4, 4


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    set_policy(scenario, guard=GUARD)
    return scenario


def open_window(scenario: Scenario) -> GuardWindow:
    verification = verdicts.approve(factories.verification(scenario).pk, by=scenario.actor)
    window = guard_windows.open_window(verification.pk)
    assert window is not None
    return window


def record_deploy(scenario: Scenario, number: int) -> Deploy:
    later = timezone.now() + timedelta(seconds=1)
    deploy, _ = deploys.record(
        scenario.project, sha=f"{number:040x}", environment="production", finished_at=later, by=scenario.actor
    )
    return deploy


def test_cancellation_that_waits_for_the_finding_has_not_locked_the_window(scenario: Scenario) -> None:
    window = open_window(scenario)

    def cancel() -> GuardWindow:
        with closing(connection):
            return guard_windows.cancel(window.pk, project=scenario.project, by=scenario.actor)

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            lock_finding(window.finding_id)
            running = other.submit(cancel)
            assert eventually(another_transaction_waits_for_this_one)
            free = GuardWindow.objects.select_for_update(nowait=True).get(pk=window.pk)
        cancelled = running.result(timeout=10)

    assert (free.status, cancelled.status) == ("open", "cancelled")


@pytest.mark.slow
def test_window_that_is_cancelled_during_a_deploy_has_no_unfinished_run(scenario: Scenario) -> None:
    with racers(2) as race:
        for number in range(ROUNDS):
            windows = [open_window(scenario) for _ in range(WINDOWS)]
            deploy = record_deploy(scenario, number)

            def cancel(windows: list[GuardWindow] = windows) -> None:
                for window in windows:
                    guard_windows.cancel(window.pk, project=scenario.project, by=scenario.actor)

            results = race(cancel, lambda deploy=deploy: deploys.add_guard_runs(deploy))

            assert errors_in(results) == []
            unfinished = GuardRun.objects.filter(window__in=windows, status__in=GuardRun.UNFINISHED)
            assert not unfinished.exists()
