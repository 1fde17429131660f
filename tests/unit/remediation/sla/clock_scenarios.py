"""Policies with an SLA clock, and tasks that follow them, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from remediation.models import Task
from remediation.services import policies, recalculations, tasks
from remediation.sla.models import SlaRecalculation
from tests.factories import Scenario

HOURS = {"critical": 24, "high": 72, "medium": 168, "low": 336}
PAUSING: dict[str, Any] = {"sla_hours": HOURS, "sla": {"pause_while_blocked": True}}
OFFICE: dict[str, Any] = {
    "sla_hours": {**HOURS, "high": 16},
    "sla": {
        "pause_while_blocked": True,
        "business_hours": {
            "time_zone": "Europe/Vienna",
            "days": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ["09:00-17:00"]),
            "holidays": "AT",
        },
    },
}
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def set_policy(scenario: Scenario, config: dict[str, Any], **fields: Any) -> None:
    policies.replace(scenario.project, config=config, name=None, by=scenario.actor, **fields)


def set_status(scenario: Scenario, task: Task, status: str) -> Task:
    return tasks.update(task.pk, changes={"status": status}, by=scenario.actor)


def finish_recalculation(scenario: Scenario) -> SlaRecalculation:
    """Run the newest recalculation as if the policy had been replaced a minute ago."""
    row = SlaRecalculation.objects.filter(project=scenario.project).latest("created_at")
    SlaRecalculation.objects.filter(pk=row.pk).update(created_at=row.created_at - timedelta(minutes=1))
    recalculations.run(row.pk)
    row.refresh_from_db()
    return row
