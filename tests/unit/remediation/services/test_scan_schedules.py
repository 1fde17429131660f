"""The schedule of scans is a part of the policy: changing it changes nothing else of the policy."""

import pytest

from remediation.services import policies, scan_schedules
from scans.models import ScanSchedule
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_change_and_removal_keep_the_rest_of_the_policy(scenario: Scenario) -> None:
    policies.replace(scenario.project, config={"sla_hours": {"low": 9}}, name="Ours", by=scenario.actor)

    scan_schedules.change(scenario.project, by=scenario.actor, schedule="weekly", day="monday", hour=3)
    scan_schedules.change(scenario.project, by=scenario.actor, paused=True)
    paused, schedule = policies.current(scenario.project), ScanSchedule.objects.get()
    scan_schedules.remove(scenario.project, by=scenario.actor)

    parts = {"schedule": "weekly", "day": "monday", "hour": 3, "paused": True}
    assert paused.config == {"sla_hours": {"low": 9}, "scans": parts}
    assert (schedule.frequency, schedule.weekday, schedule.hour, schedule.paused) == ("weekly", 0, 3, True)
    assert policies.current(scenario.project).config == {"sla_hours": {"low": 9}}
    assert not ScanSchedule.objects.exists()
