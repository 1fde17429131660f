"""The open tasks of a campaign by day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns import services
from campaigns.burn_down import burn_down
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_days_follow_approvals_reopenings_and_added_tasks(scenario: Scenario, time_machine: Any) -> None:
    # Each day: what happens on it, and the total and the open tasks at its end.
    time_machine.move_to(datetime(2026, 3, 1, 12, tzinfo=UTC))
    first, second = (factories.task(scenario, status="ready_verify") for _ in range(2))
    campaign = services.create(scenario.project, name="A", task_ids=[first.pk], by=scenario.actor)
    time_machine.shift(timedelta(days=1))
    verification = factories.verification(scenario, of=first)
    verdicts.approve(verification.pk, by=scenario.actor)
    services.add_tasks(campaign.pk, task_ids=[second.pk], by=scenario.actor)
    time_machine.shift(timedelta(days=1))
    verdicts.reopen(verification.pk, by=scenario.actor)
    time_machine.shift(timedelta(days=2))
    verdicts.approve(factories.verification(scenario, of=first).pk, by=scenario.actor)

    days = burn_down(campaign)

    assert [(f"{day['date']:%d}", day["total"], day["open"]) for day in days] == [
        ("01", 1, 1),
        ("02", 2, 1),
        ("03", 2, 2),
        ("04", 2, 2),
        ("05", 2, 1),
    ]
