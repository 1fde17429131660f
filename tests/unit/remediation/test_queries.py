"""Counts of tasks and the command center."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.totals import reconciliation
from findings.services import triage
from remediation import queries
from remediation.models import Task
from scans.models import Scan
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def patch(scenario: Scenario, task: Task, **changes: Any) -> Any:
    return scenario.client.call("patch", f"tasks/{task.pk}", changes)


def test_totals_by_owner_and_overdue_follow_every_change(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    noon = timezone.now()
    task = factories.task(scenario, owner_id=scenario.owner.pk, sla_due_at=noon - timedelta(days=3))
    factories.task(scenario, sla_due_at=noon - timedelta(minutes=1))
    factories.task(scenario, sla_due_at=noon + timedelta(minutes=1))
    factories.task(scenario, sla_due_at=noon + timedelta(days=1))

    def totals() -> list[int | None]:
        each_filter = ({"overdue": "true"}, {"overdue": "false"}, {"owner_id": scenario.owner.pk})
        return [
            queries.count_tasks(scenario.project, filters, Task.objects.none()) for filters in each_filter
        ]

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

    counts = scenario.client.call("get", "command-center").json()["data"]

    assert counts["findings_by_severity"] == {"critical": 1, "high": 1, "medium": 0, "low": 0}
    assert counts["findings_by_domain"] == {"security": 2, "performance": 0, "accessibility": 0, "seo": 0}
    assert counts["findings_by_status"]["dismissed"] == 1
    assert (counts["open_findings"], counts["overdue_tasks"], counts["latest_scan"]) == (2, 1, None)


def test_command_center_of_a_moment_is_as_it_was(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    finding = factories.finding(scenario, severity="critical")
    factories.task(scenario, of=finding, sla_due_at=timezone.now() + timedelta(hours=1))
    scan = Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    time_machine.move_to("2026-03-10T14:00:00Z", tick=False)
    triage.update(finding.pk, changes={"status": "dismissed"}, by=scenario.actor)
    Scan.objects.filter(pk=scan.pk).update(
        status="completed", started_at=timezone.now(), finished_at=timezone.now(), summary={"pages": 3}
    )
    time_machine.move_to("2026-03-12T12:00:00Z", tick=False)

    def shown(as_of: str) -> tuple[Any, ...]:
        data = scenario.client.call("get", f"command-center?as_of={as_of}").json()["data"]
        scan = data["latest_scan"]
        return (
            data["open_findings"], data["findings_by_severity"]["critical"], data["findings_by_status"]["dismissed"],
            data["tasks_by_status"]["backlog"], data["overdue_tasks"], scan and (scan["status"], scan["summary"]),
        )  # fmt: skip

    assert [shown(as_of) for as_of in ("2026-03-09", "2026-03-10T12:30:00Z", "2026-03-10T13:30:00Z", "2026-03-10")] == [
        (0, 0, 0, 0, 0, None), (1, 1, 0, 1, 0, ("queued", {})), (1, 1, 0, 1, 1, ("queued", {})),
        # The clock of the task is paused while its finding is dismissed.
        (0, 0, 1, 1, 0, ("completed", {"pages": 3})),
    ]  # fmt: skip


def test_counts_of_tasks_follow_the_filters(scenario: Scenario):
    factories.task(scenario, owner_id=scenario.owner.pk, priority="low")
    factories.task(scenario, owner_id=scenario.owner.pk, status="blocked")
    factories.task(scenario, priority="low")

    def total(query: str) -> int:
        return int(scenario.client.call("get", f"tasks/counts?{query}").json()["data"]["total"])

    owner = "owner_id=me"
    assert [total(query) for query in ("", owner, f"{owner}&status=blocked", "priority=low&priority=high")] == [
        3, 2, 1, 2,
    ]  # fmt: skip
    assert scenario.client.call("get", "tasks/counts").json()["data"] == {
        "total": 3,
        "by_status": {"backlog": 2, "in_progress": 0, "blocked": 1, "ready_verify": 0, "done": 0},
        "by_priority": {"critical": 0, "high": 0, "medium": 1, "low": 2},
    }
