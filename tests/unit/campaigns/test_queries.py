"""Progress of campaigns."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import services
from campaigns.queries import active_campaigns, campaign_names_of, progress_of
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_progress_of_several_campaigns_needs_one_query(
    scenario: Scenario, django_assert_num_queries: Any
) -> None:
    soon = timezone.now() + timedelta(hours=1)
    task = factories.task(scenario, sla_due_at=soon, status="in_progress")
    factories.task(scenario, sla_due_at=soon - timedelta(days=9), status="done")
    campaigns = [
        services.create(scenario.project, name=name, task_ids=[task.pk], by=scenario.actor) for name in "AB"
    ]
    campaigns.append(services.create(scenario.project, name="Empty", by=scenario.actor))

    with django_assert_num_queries(1):
        progress = progress_of([campaign.pk for campaign in campaigns])

    first, second, empty = (progress[campaign.pk] for campaign in campaigns)
    assert first == second
    assert (first.total, first.done, first.overdue, first.next_due_at) == (1, 0, 0, soon)
    assert (empty.total, empty.percent, empty.past_due) == (0, 0, False)


def test_percent_is_100_only_when_all_are_done(scenario: Scenario) -> None:
    tasks = [factories.task(scenario, status="done") for _ in range(2)] + [factories.task(scenario)]
    campaign = services.create(
        scenario.project, name="A", task_ids=[task.pk for task in tasks], by=scenario.actor
    )

    assert progress_of([campaign.pk])[campaign.pk].percent == 66


def test_archived_campaigns_have_no_name_on_tickets(scenario: Scenario) -> None:
    task = factories.task(scenario)
    made = [
        services.create(scenario.project, name=name, task_ids=[task.pk], by=scenario.actor) for name in "BA"
    ]
    services.archive(made[0].pk, by=scenario.actor)

    assert campaign_names_of(task) == ("A",)
    assert active_campaigns(scenario.project) == [made[1]]
