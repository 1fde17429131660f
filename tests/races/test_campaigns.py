"""Concurrent changes of one campaign: each task is in it once, and no limit or name is exceeded."""

from typing import Any
from uuid import UUID

import pytest

from campaigns import services
from campaigns.errors import CampaignArchived, CampaignNameTaken
from campaigns.models import Campaign, CampaignTask
from events.models import Event
from krafter_audit.api.errors import InvalidParams
from tests import factories
from tests.factories import Scenario
from tests.races.threads import at_once, racers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 10


def created(scenario: Scenario, **fields: Any) -> Campaign:
    return services.create(
        scenario.project, name=f"Campaign {next(factories.number)}", by=scenario.actor, **fields
    )


def tasks_of(campaign: Campaign) -> set[UUID]:
    return set(CampaignTask.objects.filter(campaign=campaign).values_list("task_id", flat=True))


def logged(name: str, campaign: Campaign) -> int:
    return Event.objects.filter(name=name, data__campaign_id=str(campaign.pk)).count()


def test_concurrent_adds_of_overlapping_tasks_add_and_log_each_once(scenario: Scenario) -> None:
    ids = [factories.task(scenario).pk for _ in range(6)]
    with racers(2) as race:
        for _ in range(ROUNDS):
            campaign = created(scenario)

            first, second = race(
                lambda pk=campaign.pk: services.add_tasks(pk, task_ids=ids[:4], by=scenario.actor),
                lambda pk=campaign.pk: services.add_tasks(pk, task_ids=ids[2:], by=scenario.actor),
            )

            assert tasks_of(campaign) == set(ids)
            assert sorted([*first.changed, *second.changed]) == sorted(ids)
            assert logged("task.added_to_campaign", campaign) == len(ids)


def test_concurrent_adds_do_not_exceed_the_limit(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_TASKS", 3)
    ids = [factories.task(scenario).pk for _ in range(4)]
    with racers(2) as race:
        for _ in range(ROUNDS):
            campaign = created(scenario)

            results = race(
                lambda pk=campaign.pk: services.add_tasks(pk, task_ids=ids[:2], by=scenario.actor),
                lambda pk=campaign.pk: services.add_tasks(pk, task_ids=ids[2:], by=scenario.actor),
            )

            assert sum(isinstance(result, InvalidParams) for result in results) == 1
            assert len(tasks_of(campaign)) == 2


def test_concurrent_add_and_removal_are_one_after_the_other(scenario: Scenario) -> None:
    ids = [factories.task(scenario).pk for _ in range(3)]
    with racers(2) as race:
        for _ in range(ROUNDS):
            campaign = created(scenario)

            _, removed = race(
                lambda pk=campaign.pk: services.add_tasks(pk, task_ids=ids, by=scenario.actor),
                lambda pk=campaign.pk: services.remove_tasks(pk, task_ids=ids, by=scenario.actor),
            )

            assert len(tasks_of(campaign)) + len(removed.changed) == len(ids)
            assert logged("task.removed_from_campaign", campaign) == len(removed.changed)


def test_archiving_is_before_an_add_or_after_it(scenario: Scenario) -> None:
    task = factories.task(scenario)
    with racers(2) as race:
        for _ in range(ROUNDS):
            campaign = created(scenario)

            added, _ = race(
                lambda pk=campaign.pk: services.add_tasks(pk, task_ids=[task.pk], by=scenario.actor),
                lambda pk=campaign.pk: services.archive(pk, by=scenario.actor),
            )

            assert isinstance(added, CampaignArchived) == (tasks_of(campaign) == set())


def test_concurrent_creations_with_one_name_create_one_campaign(scenario: Scenario) -> None:
    results = at_once(*[lambda: services.create(scenario.project, name="Headers", by=scenario.actor)] * 4)

    assert sum(isinstance(result, CampaignNameTaken) for result in results) == 3
    assert Campaign.objects.filter(name="Headers").count() == 1
