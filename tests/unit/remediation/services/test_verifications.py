"""What a new verification refuses, ends and starts from."""

from typing import Any

import pytest
from django.db import transaction

from events.models import Event
from remediation import errors
from remediation.locks import lock_task
from remediation.models import Verification
from remediation.services import verifications
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
CSP = "security_header_csp"


def started(scenario: Scenario, *keys: str) -> Verification:
    task = factories.task(scenario, of=factories.finding(scenario, checks=list(keys)))
    return verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)


@pytest.mark.parametrize("keys", [[CSP], []])
def test_second_run_is_refused_and_leaves_its_callers_transaction_usable(
    scenario: Scenario, keys: list[str]
) -> None:
    first = started(scenario, *keys)

    with transaction.atomic():
        locked = lock_task(first.task_id, scenario.project)
        with pytest.raises(errors.VerificationInProgress):
            verifications.run_locked(locked, by=scenario.actor)
        first.refresh_from_db()

    assert (first.running, first.superseded, Verification.objects.count()) == (True, False, 1)


def test_run_is_logged_with_its_task_person_and_trigger(scenario: Scenario) -> None:
    verification = started(scenario, CSP)

    event = Event.objects.get(name="verification.started", subject_id=verification.pk)
    assert (event.actor_id, event.data) == (
        scenario.owner.pk,
        {"task_id": str(verification.task_id), "trigger": "requested"},
    )


def test_run_of_a_finding_that_got_checks_ends_the_manual_review_of_its_task_alone(
    scenario: Scenario,
) -> None:
    reviews = [started(scenario), started(scenario)]
    finding = reviews[0].task.finding
    finding.check_keys = [CSP]
    finding.save()

    verifications.run(scenario.project, task_id=reviews[0].task_id, by=scenario.actor)

    for review in reviews:
        review.refresh_from_db()
    assert [(review.running, review.superseded) for review in reviews] == [(False, True), (True, False)]


@pytest.mark.parametrize(
    ("evidence", "before"),
    [
        ({"values": {CSP: "none"}}, "none"),
        ({"values": {CSP: 0}}, 0),
        ({"values": {CSP: None}}, "failed"),
        ({"values": {CSP: True}}, "failed"),
        ({"values": {CSP: {"a": 1}}}, "failed"),
        ({"values": {CSP: [1]}}, "failed"),
        ({"values": [CSP]}, "failed"),
        ({}, "failed"),
    ],
)
def test_value_before_is_what_the_report_measured(
    scenario: Scenario, evidence: dict[str, Any], before: Any
) -> None:
    finding = factories.finding(scenario)
    finding.evidence = evidence

    assert verifications.value_before(finding, CSP) == before
