"""The burn-down: the difference of each day is the sum of its changes."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from findings.models import OPEN_STATUSES, Finding
from findings.services import triage
from reports.burn_down import CHANGES, burn_down_by_change
from reports.queries import Period
from tests import factories
from tests.factories import Scenario
from tests.unit.events.random_history import ACTIONS, START, STEPS, act
from tests.unit.reports.conftest import CallApi

pytestmark = pytest.mark.django_db


def open_now(scenario: Scenario) -> tuple[int, int]:
    """Return the number of open findings, and the sum of their scores."""
    found = Finding.objects.filter(project=scenario.project, status__in=OPEN_STATUSES)
    scores = list(found.values_list("score", flat=True))
    return len(scores), sum(scores)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_difference_of_each_day_of_a_random_history_is_the_sum_of_its_changes(steps: Any):
    with transaction.atomic(), time_machine.travel(START) as clock:
        scenario = factories.scenario()
        observed = {}
        for minutes, action, number in steps:
            clock.shift(timedelta(minutes=minutes))
            act(action, scenario, number)
            observed[timezone.now().date()] = open_now(scenario)
        first = START.date() - timedelta(days=1)
        days = burn_down_by_change(scenario.project.pk, Period(first, timezone.now().date()))
        rows, scores = {}, {day["date"]: day["open_risk_score"] for day in days}
        for before, day in pairwise(days):
            assert day["open_risk_score"] - before["open_risk_score"] == sum(day[name] for name in CHANGES)
            assert day["other"] == day["findings"]["other"] == 0
        number = 0
        for day in days:
            number += sum(day["findings"].values())
            rows[day["date"]] = number

        assert {day: (rows[f"{day}"], scores[f"{day}"]) for day in observed} == observed
        transaction.set_rollback(True)


@pytest.mark.slow
def test_burn_down_of_a_year_is_that_of_each_day_of_a_random_history():
    random = Random(15)
    observed, end = {}, START + timedelta(days=364)
    with time_machine.travel(START) as clock:
        scenario = factories.scenario()
        while timezone.now() < end:
            for _ in range(random.choice((0, 0, 0, 0, 0, 1, 2))):
                act(random.choice(ACTIONS), scenario, random.randrange(10_000))
            observed[timezone.now().date()] = open_now(scenario)
            clock.shift(timedelta(days=1))

        days = burn_down_by_change(scenario.project.pk, Period(START.date(), max(observed)))

    number, score, replayed = 0, 0, {}
    for day in days:
        number += sum(day["findings"].values())
        score += sum(day[name] for name in CHANGES)
        assert (day["open_risk_score"], day["other"]) == (score, 0)
        replayed[date.fromisoformat(day["date"])] = (number, score)
    assert len(days) == 364
    assert replayed == observed


def test_each_change_has_its_name(scenario: Scenario, call_api: CallApi, time_machine: Any):
    time_machine.move_to("2026-11-24T12:00:00Z", tick=False)
    resolved, dismissed, rescored = (
        factories.finding(scenario, priority={"score": score}) for score in (50, 20, 30)
    )
    time_machine.move_to("2026-11-25T12:00:00Z", tick=False)
    Finding.objects.filter(pk=resolved.pk).update(status="resolved", updated_at=timezone.now())
    triage.update(dismissed.pk, changes={"status": "dismissed"}, by=scenario.actor)
    Finding.objects.filter(pk=rescored.pk).update(score=35, updated_at=timezone.now())
    time_machine.move_to("2026-11-26T12:00:00Z", tick=False)
    triage.update(dismissed.pk, changes={"status": "new"}, by=scenario.actor)

    status, body = call_api("get", "reports/burn-down?date_from=2026-11-24")

    none = {"opened": 0, "reopened": 0, "rescored": 0, "resolved": 0, "dismissed": 0, "other": 0}
    assert (status, body["data"]["days"]) == (200, [
        {**none, "opened": 100, "date": "2026-11-24", "open_risk_score": 100,
         "findings": {**none, "opened": 3}},
        {**none, "rescored": 5, "resolved": -50, "dismissed": -20, "date": "2026-11-25", "open_risk_score": 35,
         "findings": {**none, "resolved": -1, "dismissed": -1}},
        {**none, "reopened": 20, "date": "2026-11-26", "open_risk_score": 55, "findings": {**none, "reopened": 1}},
    ])  # fmt: skip


def test_repeated_day_is_rejected(call_api: CallApi) -> None:
    status, body = call_api("get", "reports/burn-down?date_from=2026-11-24&date_from=2026-11-25")

    assert (status, body["error"]["details"]) == (422, {"date_from": ["Send this once."]})


def test_deleted_finding_is_another_change(scenario: Scenario, call_api: CallApi):
    factories.finding(scenario, priority={"score": 50}).delete()

    _, body = call_api("get", "reports/burn-down")

    today = body["data"]["days"][-1]
    assert (today["opened"], today["other"], today["findings"]["other"]) == (50, -50, -1)


def test_burn_down_has_seven_days_by_default(call_api: CallApi):
    _, body = call_api("get", "reports/burn-down")

    assert len(body["data"]["days"]) == 7
