"""Concurrent approvals, reopenings, writes of workers and quota: no deadlock, no lost and no repeated effect."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, transaction

from accounts.actors import SYSTEM
from accounts.models import QuotaMonth
from events.models import Event
from findings.locks import lock_finding
from findings.models import Regression
from krafter_audit.api.errors import QuotaExceeded
from krafter_audit.db import leases
from remediation import locks
from remediation.models import CheckStatus, Policy, Task, Verification, VerificationPart
from remediation.services import policies, tasks, verdicts, verifications
from remediation.worker import check_aggregation, part_runner
from tests import factories
from tests.factories import Scenario, remediation_state
from tests.races.threads import Race, another_transaction_waits_for_this_one, at_once, racers
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20

PASSED = {"result": "passed", "task": "done", "finding": "resolved", "open regressions": 0}
FAILED = {"result": "failed", "task": "in_progress", "finding": "in_progress", "open regressions": 1}


@pytest.fixture
def run_both(scenario: Scenario) -> Iterator[Race]:
    """Yield a function that runs two actions at the same time, for many rounds."""
    with racers(2) as race:
        yield race


def events(verification: Verification, name: str) -> int:
    return Event.objects.filter(subject_id=verification.pk, name=name).count()


def test_waiting_for_the_finding_lock_holds_no_other_lock_and_reads_the_latest_row(scenario: Scenario):
    """Finding, task and verification are locked by one statement, in the order of its FOR UPDATE OF."""
    verification = factories.verification(scenario)

    def take() -> Task:
        with closing(connection), transaction.atomic():
            return locks.lock_verification(verification.pk).task

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            lock_finding(verification.task.finding_id)
            taken = other.submit(take)
            assert eventually(another_transaction_waits_for_this_one)
            free = [
                type(row).objects.select_for_update(nowait=True).get(pk=row.pk)
                for row in (verification.task, verification)
            ]
            Task.objects.filter(pk=verification.task_id).update(title="Renamed meanwhile")
        task = taken.result(timeout=10)

    assert free == [verification.task, verification]
    assert task.title == "Renamed meanwhile"


@pytest.mark.slow
def test_concurrent_approvals_close_once(scenario: Scenario, run_both: Race):
    for _ in range(ROUNDS):
        verification = factories.verification(scenario, checks="passed", open_regressions=1)

        answers = run_both(*[lambda: verdicts.approve(verification.pk, by=scenario.actor)] * 2)  # noqa: B023

        assert [answer.result for answer in answers] == ["passed", "passed"]
        assert remediation_state(verification) == PASSED
        assert events(verification, "verification.approved") == 1


@pytest.mark.slow
def test_concurrent_approve_and_reopen_are_serialized(scenario: Scenario, run_both: Race):
    for _ in range(ROUNDS):
        verification = factories.verification(scenario, checks="passed")

        approved, reopened = run_both(
            lambda: verdicts.approve(verification.pk, by=scenario.actor),  # noqa: B023
            lambda: verdicts.reopen(verification.pk, by=scenario.actor),  # noqa: B023
        )

        assert reopened.result == "failed"
        # Approved before the reopening, or refused after it.
        first = getattr(approved, "result", None) or approved.code
        assert first in ("passed", "verification_failed")
        assert remediation_state(verification) == FAILED
        assert events(verification, "verification.approved") == (1 if first == "passed" else 0)
        assert Regression.objects.filter(verification_id=verification.pk).count() == 1


@pytest.mark.slow
def test_late_write_of_a_worker_is_dropped_after_reopen(scenario: Scenario, run_both: Race):
    answer = check_aggregation.AggregatedResult(CheckStatus.PASSED, "passed", {"outcome": "passed"})
    for _ in range(ROUNDS):
        verification = factories.verification(scenario, checks="running")
        mine = leases.acquire(VerificationPart, verification.parts.get().pk, seconds=30)
        assert mine is not None

        wrote, reopened = run_both(
            lambda: part_runner.store_result(mine, "security_header_csp", answer),  # noqa: B023
            lambda: verdicts.reopen(verification.pk, by=scenario.actor),  # noqa: B023
        )

        assert reopened.result == "failed"
        assert remediation_state(verification) == FAILED
        status = Verification.objects.get(pk=verification.pk).checks[0]["status"]
        assert (wrote, status) in [(True, "passed"), (False, "failed")]
        assert list(verification.evidence.order_by("sequence").values_list("key", flat=True)) == [
            *(["security_header_csp"] if wrote else []),
            "verdict:reopened",
        ]
        assert part_runner.store_result(mine, "security_header_csp", answer) is False


@pytest.mark.slow
def test_concurrent_runs_share_the_last_unit_of_quota(scenario: Scenario, run_both: Race):
    organization = scenario.organization
    for spent in range(ROUNDS):
        organization.ai_quota = spent + 1
        organization.save()
        pair = [factories.task(scenario), factories.task(scenario)]

        answers = run_both(
            *[
                lambda task=task: verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
                for task in pair
            ]
        )

        refused = [answer for answer in answers if isinstance(answer, QuotaExceeded)]
        assert (len(refused), Verification.objects.filter(task__in=pair).count()) == (1, 1)
        assert QuotaMonth.objects.get().spent == spent + 1


@pytest.mark.slow
def test_concurrent_runs_of_a_task_create_one_verification(scenario: Scenario, run_both: Race):
    for _ in range(10):
        task = factories.task(scenario)

        answers = run_both(
            *[lambda pk=task.pk: verifications.run(scenario.project, task_id=pk, by=scenario.actor)] * 2
        )

        codes = sorted(getattr(answer, "code", "made") for answer in answers)
        assert codes == ["made", "verification_in_progress"]
    assert QuotaMonth.objects.get().spent == 10


def test_concurrent_first_reads_create_one_policy(scenario: Scenario):
    answers = at_once(*[lambda: policies.current(scenario.project).pk] * 8)

    assert set(answers) == {Policy.objects.get().pk}


@pytest.mark.slow
def test_concurrent_task_update_and_verdict_have_no_deadlock(scenario: Scenario, run_both: Race):
    for _ in range(10):
        verification = factories.verification(scenario, checks="passed")

        changed, reopened = run_both(
            lambda: tasks.update(verification.task_id, changes={"status": "ready_verify"}, by=SYSTEM),  # noqa: B023
            lambda: verdicts.reopen(verification.pk, by=scenario.actor),  # noqa: B023
        )

        assert (changed.status, reopened.result) == ("ready_verify", "failed")
