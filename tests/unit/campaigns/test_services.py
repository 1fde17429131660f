"""Limits of campaigns, and what an archived one refuses."""

import pytest

from campaigns import services
from campaigns.errors import CampaignArchived
from campaigns.models import Campaign
from events.models import Event
from krafter_audit.api.errors import InvalidParams
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_campaign_has_a_limit_of_tasks(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_TASKS", 1)
    tasks = [factories.task(scenario).pk for _ in range(2)]
    campaign = services.create(scenario.project, name="A", task_ids=tasks[:1], by=scenario.actor)

    with pytest.raises(InvalidParams, match="at most 1 tasks") as raised:
        services.add_tasks(campaign.pk, task_ids=tasks, by=scenario.actor)

    assert raised.value.details == {"tasks": 1, "selected": 1, "limit": 1}
    assert campaign.memberships.count() == 1


def test_project_has_a_limit_of_campaigns(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_CAMPAIGNS", 1)
    services.create(scenario.project, name="A", by=scenario.actor)

    with pytest.raises(InvalidParams, match="at most 1 campaigns"):
        services.create(scenario.project, name="B", by=scenario.actor)

    assert Campaign.objects.count() == 1


def test_change_is_logged_with_the_values_before_and_after(scenario: Scenario) -> None:
    campaign = services.create(scenario.project, name="A", by=scenario.actor)

    services.update(campaign.pk, changes={"name": "B", "owner_id": None}, by=scenario.actor)
    services.update(campaign.pk, changes={"name": "B"}, by=scenario.actor)

    logged = Event.objects.filter(name="campaign.updated").values_list("subject_id", "data")
    assert list(logged) == [(campaign.pk, {"before": {"name": "A"}, "after": {"name": "B"}})]


def test_repeated_archiving_changes_nothing(scenario: Scenario) -> None:
    campaign = services.create(scenario.project, name="A", by=scenario.actor)

    first, second = (services.archive(campaign.pk, by=scenario.actor) for _ in range(2))

    assert first.updated_at == second.updated_at
    assert Event.objects.filter(name="campaign.archived").count() == 1


def test_tasks_of_an_archived_campaign_stay(scenario: Scenario) -> None:
    task = factories.task(scenario)
    campaign = services.create(scenario.project, name="A", task_ids=[task.pk], by=scenario.actor)
    services.archive(campaign.pk, by=scenario.actor)

    with pytest.raises(CampaignArchived):
        services.remove_tasks(campaign.pk, task_ids=[task.pk], by=scenario.actor)

    assert campaign.memberships.count() == 1
