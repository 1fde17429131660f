"""Due dates of tasks by the policy."""

from typing import Any

import pytest

from remediation.models import Task
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def put(scenario: Scenario, config: Any) -> Any:
    return scenario.client.ask("put", "policies/current", {"config": config})


def due_in_hours(task: Task) -> float | None:
    return (
        None
        if task.sla_due_at is None
        else round((task.sla_due_at - task.created_at).total_seconds() / 3600, 2)
    )


@pytest.mark.parametrize(
    ("severity", "hours"), [("critical", 24), ("high", 72), ("medium", 168), ("low", 336)]
)
def test_policy_sets_the_due_date_by_the_severity_of_the_finding(
    scenario: Scenario, severity: str, hours: int
):
    finding = factories.finding(scenario, severity=severity)

    scenario.client.ask("post", "tasks", {"finding_id": str(finding.pk), "title": "t", "priority": "low"})

    assert due_in_hours(Task.objects.get()) == hours


def test_explicit_null_is_no_due_date(scenario: Scenario):
    finding = factories.finding(scenario)

    shown = scenario.client.ask(
        "post", "tasks", {"finding_id": str(finding.pk), "title": "t", "sla_due_at": None}
    )

    assert shown.json()["data"]["sla_due_at"] is None


@pytest.mark.parametrize("hours", [None, "12", True, -1, 10**12, {}, []])
def test_invalid_sla_hours_set_no_due_date(scenario: Scenario, hours: Any):
    put(scenario, {"sla_hours": {"high": hours}})

    assert due_in_hours(factories.task(scenario)) is None
