"""The SLA clock in the API."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from krafter_audit.http.timestamps import format_timestamp
from remediation.models import Task
from remediation.sla.models import SlaExtension
from tests import factories
from tests.factories import Scenario
from tests.unit.remediation.sla.clock_scenarios import HOUR, PAUSING, finish_recalculation

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 27, 9, tzinfo=UTC)


def test_clock_of_a_blocked_task_is_paused_with_all_of_its_time_left(scenario: Scenario):
    scenario.client.call("put", "policies/current", {"config": PAUSING})
    with time_machine.travel(START, tick=False) as clock:
        task = factories.task(scenario)
        scenario.client.call("patch", f"tasks/{task.pk}", {"status": "blocked"})
        clock.shift(HOUR)

        data = scenario.client.call("get", f"tasks/{task.pk}/sla").json()["data"]

    assert data == {
        "task_id": str(task.pk),
        "state": "paused",
        "started_at": "2026-11-27T09:00:00Z",
        "sla_due_at": None,
        "as_of": "2026-11-27T10:00:00Z",
        "seconds_allowed": 259_200,
        "seconds_left": 259_200,
        "outcome": None,
        "stopped_at": None,
        "from_policy": True,
        "policy_version": 2,
        "time_zone": "UTC",
        "intervals": [
            {
                "state": "paused",
                "cause": "The task is blocked.",
                "start": "2026-11-27T09:00:00Z",
                "end": None,
                "seconds_counted": 0,
                "elapsed": True,
            }
        ],
        "extensions": [],
    }


def test_clock_of_a_task_without_a_due_date_has_no_time(scenario: Scenario):
    task = factories.task(scenario, sla_due_at=None)

    response = scenario.client.call("get", f"tasks/{task.pk}/sla")

    names = ("state", "sla_due_at", "seconds_allowed", "seconds_left", "intervals")
    assert response.status_code == 200
    assert [response.json()["data"][name] for name in names] == ["none", None, None, None, []]


def test_extension_answers_with_the_clock(scenario: Scenario):
    with time_machine.travel(START, tick=False):
        task = factories.task(scenario)
        body = {"hours": 8, "reason": "The vendor is late."}
        response = scenario.client.call("post", f"tasks/{task.pk}/sla/extend", body)

    assert response.status_code == 200
    data = response.json()["data"]
    assert (data["sla_due_at"], data["seconds_left"]) == ("2026-11-30T17:00:00Z", 80 * 3600)
    assert data["extensions"] == [
        {
            "id": str(SlaExtension.objects.get().pk),
            "extended_by_id": str(scenario.owner.pk),
            "reason": "The vendor is late.",
            "seconds": 28_800,
            "due_before": "2026-11-30T09:00:00Z",
            "due_after": "2026-11-30T17:00:00Z",
            "created_at": "2026-11-27T09:00:00Z",
        }
    ]
    assert scenario.client.call("get", f"tasks/{task.pk}").json()["data"]["sla_due_at"] == data["sla_due_at"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"hours": 1}, "reason"),
        ({"reason": "more"}, "body"),
        ({"reason": "more", "hours": 1, "due_at": "2030-01-01T00:00:00Z"}, "body"),
        ({"reason": "more", "hours": 0}, "hours"),
        ({"reason": "more", "hours": 1.5}, "hours"),
        ({"reason": "more", "due_at": "2001-01-01T00:00:00Z"}, "due_at"),
        ({"reason": " ", "hours": 1}, "reason"),
    ],
)
def test_invalid_extension_changes_nothing(scenario: Scenario, body: dict[str, Any], field: str):
    task = factories.task(scenario)

    response = scenario.client.call("post", f"tasks/{task.pk}/sla/extend", body)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert (Task.objects.get().sla_due_at, SlaExtension.objects.count()) == (task.sla_due_at, 0)


def test_extension_of_a_task_without_a_due_date_is_a_conflict(scenario: Scenario):
    task = factories.task(scenario, sla_due_at=None)

    response = scenario.client.call("post", f"tasks/{task.pk}/sla/extend", {"hours": 1, "reason": "more"})

    assert (response.status_code, response.json()["error"]["code"]) == (409, "no_due_date")


def test_recalculation_counts_the_tasks_that_a_policy_has_moved(scenario: Scenario):
    assert scenario.client.call("get", "policies/current/recalculation").status_code == 404
    factories.task(scenario)
    scenario.client.call("put", "policies/current", {"config": {**PAUSING, "sla_hours": {"high": 8}}})
    before = scenario.client.call("get", "policies/current/recalculation").json()["data"]
    row = finish_recalculation(scenario)

    after = scenario.client.call("get", "policies/current/recalculation").json()["data"]

    assert (before["finished_at"], before["checked"], before["policy_version"]) == (None, 0, 2)
    assert (after["checked"], after["moved"], after["overdue_at_once"], after["superseded"]) == (
        1,
        1,
        0,
        False,
    )
    assert after["finished_at"] == format_timestamp(row.finished_at)
