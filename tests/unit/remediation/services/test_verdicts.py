"""Approve and reopen."""

import pytest
from django.db import connection

from findings.models import Regression
from krafter_audit.api.errors import ApiError
from remediation import errors
from remediation.models import Verification
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario, where_things_stand

pytestmark = pytest.mark.django_db


def test_approving_closes_the_task_the_finding_and_its_regressions(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed", open_regressions=1)

    verdicts.approve(verification.pk, by=scenario.actor)

    assert where_things_stand(verification) == {
        "result": "passed", "task": "done", "finding": "resolved", "open regressions": 0,
    }  # fmt: skip


def test_reopening_undoes_the_approval_and_records_the_regression(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")
    verdicts.approve(verification.pk, by=scenario.actor)

    verdicts.reopen(verification.pk, by=scenario.actor)

    assert where_things_stand(verification) == {
        "result": "failed", "task": "in_progress", "finding": "in_progress", "open regressions": 1,
    }  # fmt: skip
    regression = Regression.objects.get()
    assert (regression.trigger, regression.verification_id) == ("verification_reopened", verification.pk)


@pytest.mark.parametrize("verdict", [verdicts.approve, verdicts.reopen])
def test_the_same_verdict_again_changes_nothing(scenario: Scenario, verdict):
    verification = factories.verification(scenario, checks="passed")
    first = verdict(verification.pk, by=scenario.actor)

    again = verdict(verification.pk, by=scenario.actor)

    assert (again.result, again.updated_at, again.verified_at) == (
        first.result,
        first.updated_at,
        first.verified_at,
    )
    assert Regression.objects.count() == (1 if verdict is verdicts.reopen else 0)


@pytest.mark.parametrize(
    ("checks", "refusal"),
    [
        ("running", errors.VerificationRunning),
        ("failed", errors.ChecksNotPassed),
        ("inconclusive", errors.ChecksNotPassed),
    ],
)
def test_what_did_not_pass_is_not_approved(scenario: Scenario, checks: str, refusal: type[ApiError]):
    verification = factories.verification(scenario, checks=checks)
    before = where_things_stand(verification)

    with pytest.raises(refusal):
        verdicts.approve(verification.pk, by=scenario.actor)

    assert where_things_stand(verification) == before


def test_an_override_closes_the_case_and_leaves_the_checks_as_they_were_found(scenario: Scenario):
    verification = factories.verification(scenario, checks="failed")

    decided = verdicts.approve(verification.pk, by=scenario.actor, override_reason="Accepted by the owner")

    assert where_things_stand(verification)["finding"] == "resolved"
    assert [check["status"] for check in decided.checks] == ["failed"]
    assert Verification.objects.get().override_reason == "Accepted by the owner"


def test_an_override_does_not_wait_for_nobody(scenario: Scenario):
    verification = factories.verification(scenario, checks="running")

    with pytest.raises(errors.VerificationRunning):
        verdicts.approve(verification.pk, by=scenario.actor, override_reason="Now")


def test_a_reopened_verification_is_not_approved(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")
    verdicts.reopen(verification.pk, by=scenario.actor)

    with pytest.raises(errors.VerificationFailed):
        verdicts.approve(verification.pk, by=scenario.actor)


def test_a_newer_verification_supersedes_the_older(scenario: Scenario):
    older = factories.verification(scenario, checks="passed")
    factories.verification(scenario, of=older.task, checks="failed")

    with pytest.raises(errors.VerificationSuperseded):
        verdicts.approve(older.pk, by=scenario.actor)


def test_a_dismissed_finding_is_not_resolved_by_approval(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, status="dismissed"))
    verification = factories.verification(scenario, of=task, checks="passed")

    with pytest.raises(errors.FindingDismissed):
        verdicts.approve(verification.pk, by=scenario.actor)


def test_reopening_a_running_verification_fails_its_running_checks(scenario: Scenario):
    verification = factories.verification(scenario, checks="running")

    decided = verdicts.reopen(verification.pk, by=scenario.actor)

    assert decided.checks == [
        {"key": "security_header_csp", "before": "failed", "after": "pending", "status": "failed"}
    ]
    assert not decided.running


def test_the_approval_itself_answers_a_manual_review(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    verification = factories.verification(scenario, of=task, checks="running")

    decided = verdicts.approve(verification.pk, by=scenario.actor)

    assert decided.checks == [
        {"key": "manual_review", "before": "failed", "after": "passed", "status": "passed"}
    ]
    assert where_things_stand(verification)["task"] == "done"


def updates() -> tuple[int, int]:
    """Return how many verifications this transaction has updated, and how many of them stayed on their page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'remediation_verification'"
        )
        [found] = cursor.fetchall()
    return found


def test_a_verdict_stays_on_the_page_of_its_verification_so_that_no_index_is_written(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")
    before = updates()

    verdicts.approve(verification.pk, by=scenario.actor)

    assert [now - was for was, now in zip(before, updates(), strict=True)] == [1, 1]
