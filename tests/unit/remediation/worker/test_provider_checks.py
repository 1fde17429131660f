"""A provider's report counts from when the task last became ready to verify."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from remediation.services import tasks
from remediation.worker.provider_checks import ready_since
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_report_counts_from_the_last_change_to_ready(scenario: Scenario, time_machine: Any) -> None:
    task, other = factories.task(scenario), factories.task(scenario)
    for day, (row, status) in enumerate(
        [(task, "ready_verify"), (task, "in_progress"), (task, "ready_verify"), (other, "ready_verify")]
    ):
        time_machine.move_to(task.created_at + timedelta(days=1 + day), tick=False)
        tasks.update(row.pk, changes={"status": status}, by=scenario.actor)

    assert ready_since(factories.verification(scenario, of=task)) == task.created_at + timedelta(days=3)


def test_report_counts_from_the_creation_of_a_task_that_is_ready(
    scenario: Scenario, time_machine: Any
) -> None:
    created = timezone.now() + timedelta(days=1)
    finding = factories.finding(scenario)
    time_machine.move_to(created, tick=False)
    task = tasks.create(
        scenario.project, finding_id=finding.pk, title="Fix it", status="ready_verify", by=scenario.actor
    )
    time_machine.move_to(created + timedelta(days=1), tick=False)

    assert ready_since(factories.verification(scenario, of=task)) == created


def test_report_counts_from_the_first_verification_of_a_task_that_never_was_ready(
    scenario: Scenario,
) -> None:
    factories.verification(scenario)
    task = factories.task(scenario)
    first, second = (factories.verification(scenario, of=task) for _ in range(2))

    assert ready_since(second) == first.created_at < second.created_at
