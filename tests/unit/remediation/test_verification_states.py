"""States of verifications: the queryset and the counter say the same."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from events.totals import counters
from remediation.models import Verification
from remediation.services import verdicts, verifications
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def state_of(verification: Verification) -> tuple[str, str]:
    row = Verification.objects.get(pk=verification.pk)
    return row.state, row.blocked_by


@pytest.mark.parametrize(
    ("checks", "state"),
    [
        ("running", ("running", "")),
        ("passed", ("ready", "")),
        ("failed", ("blocked", "failed")),
        ("inconclusive", ("blocked", "inconclusive")),
        (["passed", "inconclusive", "failed"], ("blocked", "failed")),
        (["passed", "passed", "inconclusive"], ("blocked", "inconclusive")),
    ],
)
def test_state_says_what_a_verification_waits_for(
    scenario: Scenario, checks: str | list[str], state: tuple[str, str]
):
    found = factories.finding(scenario, checks=["security_header_csp", "ttfb", "meta_title"])
    verification = factories.verification(scenario, of=factories.task(scenario, of=found), checks=checks)

    assert state_of(verification) == state


def test_manual_review_is_ready_from_its_start(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))

    assert state_of(factories.verification(scenario, of=task, checks="running")) == ("ready", "")


def test_newer_verification_supersedes_an_undecided_one(scenario: Scenario):
    older = factories.verification(scenario, checks="failed")

    newer = verifications.run(scenario.project, task_id=older.task_id, by=SYSTEM)

    assert [state_of(older), state_of(newer)] == [("superseded", ""), ("running", "")]


def test_newer_verification_leaves_a_decided_one(scenario: Scenario):
    older = factories.verification(scenario, checks="failed")
    verdicts.reopen(older.pk, by=scenario.actor)

    verifications.run(scenario.project, task_id=older.task_id, by=SYSTEM)

    older.refresh_from_db()
    assert (older.state, older.blocked_by, older.superseded) == ("decided", "", False)


def test_run_enqueues_its_checks_when_it_is_committed(
    scenario: Scenario, enqueued: list[tuple[str, ...]], django_capture_on_commit_callbacks: Any
):
    task = factories.task(scenario)

    with django_capture_on_commit_callbacks(execute=True):
        verification = verifications.run(scenario.project, task_id=task.pk, by=SYSTEM)
        before = list(enqueued)

    assert (before, enqueued) == ([], [("remediation.run_verification", str(verification.pk))])


def test_counter_follows_the_state(scenario: Scenario):
    older = factories.verification(scenario, checks="inconclusive")
    factories.verification(scenario, of=older.task, checks="passed")
    factories.verification(scenario, checks="running")
    Verification.objects.filter(pk=factories.verification(scenario).pk).update(
        result="passed", verified_at=timezone.now()
    )

    totals = counters.totals(scenario.project.pk, "verification")
    assert {facets["state"]: rows for facets, rows, _ in totals} == {
        "running": 1,
        "ready": 1,
        "superseded": 1,
        "decided": 1,
    }
    assert counters.count(scenario.project.pk, "verification") == 4
