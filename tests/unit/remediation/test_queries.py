"""Counts of tasks and the command center."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events import reconciliation
from remediation.models import Task
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def patch(scenario: Scenario, task: Task, **changes: Any) -> Any:
    return scenario.client.ask("patch", f"tasks/{task.pk}", changes)


def test_totals_by_owner_and_overdue_follow_every_change(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    noon = timezone.now()
    task = factories.task(scenario, owner_id=scenario.owner.pk, sla_due_at=noon - timedelta(days=3))
    factories.task(scenario, sla_due_at=noon - timedelta(minutes=1))
    factories.task(scenario, sla_due_at=noon + timedelta(minutes=1))
    factories.task(scenario, sla_due_at=noon + timedelta(days=1))

    def totals() -> list[int]:
        asked = ("overdue=true", "overdue=false", f"owner_id={scenario.owner.pk}")
        return [scenario.client.ask("get", f"tasks?{query}").json()["meta"]["total"] for query in asked]

    assert totals() == [2, 2, 1]
    patch(scenario, task, owner_id=None, sla_due_at="2026-03-10T13:00:00Z")
    assert totals() == [1, 3, 0]
    for hour in ("13:30", "18:30"):
        time_machine.move_to(f"2026-03-10T{hour}:00Z", tick=False)
        assert totals() == [3, 1, 0]
    time_machine.move_to("2026-03-12T12:00:00Z", tick=False)
    assert totals() == [4, 0, 0]
    Task.objects.filter(pk=task.pk).update(status="done")
    assert totals() == [3, 1, 0]
    assert list(reconciliation.differences()) == []


def test_command_center_returns_counts(scenario: Scenario):
    factories.finding(scenario, severity="critical")
    factories.finding(scenario, severity="low", domain="seo", status="dismissed")
    factories.task(scenario, sla_due_at=timezone.now() - timedelta(hours=1))

    stand = scenario.client.ask("get", "command-center").json()["data"]

    assert stand["findings_by_severity"] == {"critical": 1, "high": 1, "medium": 0, "low": 0}
    assert stand["findings_by_domain"] == {"security": 2, "performance": 0, "accessibility": 0, "seo": 0}
    assert stand["findings_by_status"]["dismissed"] == 1
    assert (stand["open_findings"], stand["overdue_tasks"], stand["latest_scan"]) == (2, 1, None)
