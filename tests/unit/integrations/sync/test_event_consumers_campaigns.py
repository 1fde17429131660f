"""Tickets carry the names of the campaigns of their tasks."""

import pytest

from accounts.actors import SYSTEM
from campaigns import services as campaigns
from integrations import jobs
from integrations.models import Integration
from integrations.sync import engine
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync
from tests.unit.integrations.sync.scenario import labels

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_issue_follows_the_campaigns_of_its_task(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, integration: Integration
) -> None:
    task = make_task()
    sync()
    seen = [campaign_labels(github)]

    campaign = campaigns.create(task.project, name="Spring cleaning", task_ids=[task.pk], by=SYSTEM)
    for change in (
        lambda: campaigns.update(campaign.pk, changes={"name": "Autumn"}, by=SYSTEM),
        lambda: campaigns.archive(campaign.pk, by=SYSTEM),
        lambda: campaigns.restore(campaign.pk, by=SYSTEM),
        lambda: campaigns.remove_tasks(campaign.pk, task_ids=[task.pk], by=SYSTEM),
    ):
        seen.append(follow(github, integration))
        change()
    seen.append(follow(github, integration))

    assert seen == [
        [],
        ["krafter-campaign:Spring cleaning"],
        ["krafter-campaign:Autumn"],
        [],
        ["krafter-campaign:Autumn"],
        [],
    ]


def follow(github: FakeGitHub, integration: Integration) -> list[str]:
    """Process the events, and run the sync that they request."""
    jobs.process_events()
    integration.refresh_from_db()
    assert integration.status == Integration.Status.SYNCING
    engine.sync(integration.pk)
    return campaign_labels(github)


def campaign_labels(github: FakeGitHub) -> list[str]:
    return [label for label in labels(github) if label.startswith("krafter-campaign:")]


def test_new_owner_of_a_campaign_changes_no_ticket(
    sync: Sync, make_task: MakeTask, integration: Integration
) -> None:
    task = make_task()
    campaign = campaigns.create(task.project, name="Spring cleaning", task_ids=[task.pk], by=SYSTEM)
    jobs.process_events()
    sync()

    campaigns.update(campaign.pk, changes={"due_date": None, "owner_id": None}, by=SYSTEM)
    jobs.process_events()

    integration.refresh_from_db()
    assert integration.status == Integration.Status.CONNECTED
