"""The forecast of a project with its own history."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.totals import counters
from findings.services import triage
from reports.forecast.queries import critical_forecast, forecast_from
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def close_one_each_week(scenario: Scenario, time_machine: Any, *, findings: int, weeks: int) -> None:
    time_machine.move_to(START, tick=False)
    reported = [factories.finding(scenario, severity="critical") for _ in range(findings)]
    factories.finding(scenario, severity="low")
    for week, finding in zip(range(weeks), reported, strict=False):
        time_machine.move_to(START + timedelta(days=3, weeks=week), tick=False)
        changes = {"severity": "low"} if week % 2 else {"status": "dismissed"}
        triage.update(finding.pk, changes=changes, by=scenario.actor)
    time_machine.move_to(START + timedelta(weeks=weeks), tick=False)


def test_forecast_names_its_basis_and_its_dates(scenario: Scenario, call_api: CallApi, time_machine: Any):
    close_one_each_week(scenario, time_machine, findings=10, weeks=8)

    status, body = call_api("get", "reports/forecast")

    data, today = body["data"], timezone.now().date().isoformat()
    ranges = data.pop("ranges")
    assert (status, data) == (200, {
        "status": "forecast", "open_critical": 2, "horizon_days": 364,
        "basis": {"days": 55, "opened": 0, "closed": 8},
    })  # fmt: skip
    assert [date_range["probability"] for date_range in ranges] == [0.5, 0.9]
    assert all(today < date_range["earliest"] for date_range in ranges)
    assert call_api("get", "reports/forecast")[1]["data"]["ranges"] == ranges


def test_short_history_is_not_enough(scenario: Scenario, call_api: CallApi, time_machine: Any):
    close_one_each_week(scenario, time_machine, findings=10, weeks=3)

    _, body = call_api("get", "reports/forecast")

    assert body["data"] == {
        "status": "not_enough_history", "open_critical": 7, "horizon_days": 364,
        "basis": {"days": 20, "opened": 0, "closed": 3}, "ranges": [],
    }  # fmt: skip


def test_project_without_open_critical_findings_needs_no_forecast(scenario: Scenario, time_machine: Any):
    close_one_each_week(scenario, time_machine, findings=8, weeks=8)

    assert critical_forecast([scenario.project.pk])["status"] == "none_open"


def test_empty_project_has_no_history(scenario: Scenario):
    found = critical_forecast([scenario.project.pk])

    assert (found["status"], found["basis"]["days"]) == ("none_open", 0)


@pytest.mark.slow
def test_forecast_of_several_projects_adds_them_up(scenario: Scenario, time_machine: Any):
    other = factories.scenario()
    close_one_each_week(other, time_machine, findings=3, weeks=1)
    close_one_each_week(scenario, time_machine, findings=10, weeks=8)

    found = critical_forecast([scenario.project.pk, other.project.pk])

    basis = found["basis"]
    assert (found["open_critical"], basis["opened"], basis["closed"]) == (4, 0, 9)


@pytest.mark.slow
def test_changes_before_the_last_13_weeks_count_as_open_findings_alone(scenario: Scenario, time_machine: Any):
    close_one_each_week(scenario, time_machine, findings=25, weeks=20)
    changes = counters.risk_changes([scenario.project.pk], date.min, timezone.now().date())

    found = critical_forecast([scenario.project.pk])

    basis = found["basis"]
    assert (found["open_critical"], basis["days"], basis["closed"]) == (5, 91, 13)
    assert found == forecast_from(changes)
