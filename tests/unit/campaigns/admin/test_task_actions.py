"""Actions on the list of tasks that change campaigns."""

import pytest
from django.test import Client

from accounts.models import Membership
from campaigns import services
from campaigns.admin.forms import ONE_OF_BOTH
from campaigns.admin.task_actions import IN_NO_CAMPAIGN, ONE_PROJECT
from campaigns.models import Campaign, CampaignTask
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_selected_tasks_become_a_new_campaign(operator: Client, scenario: Scenario) -> None:
    tasks = [factories.task(scenario), factories.task(scenario)]

    page = run_action(operator, "add_to_campaign", *tasks)
    incomplete = run_action(operator, "add_to_campaign", *tasks, campaign="", name="")
    done = run_action(
        operator, "add_to_campaign", *tasks, campaign="", name="Spring cleaning", due_date="2026-03-31"
    )

    campaign = Campaign.objects.get()
    assert page.context["tasks"] == 2
    assert incomplete.context["form"].non_field_errors() == [ONE_OF_BOTH]
    assert messages_of(done)[0].startswith("2 tasks added to <a")
    assert (str(campaign.due_date), campaign.memberships.count()) == ("2026-03-31", 2)


def test_selected_tasks_are_added_to_a_campaign_and_removed(operator: Client, scenario: Scenario) -> None:
    first, second = factories.task(scenario), factories.task(scenario)
    campaign = services.create(
        scenario.project, name="Spring cleaning", task_ids=[first.pk], by=scenario.actor
    )

    added = run_action(operator, "add_to_campaign", first, second, campaign=str(campaign.pk), name="")
    removed = run_action(operator, "remove_from_campaign", first, campaign=str(campaign.pk))

    assert messages_of(added)[0].endswith(", 1 unchanged.")
    assert messages_of(removed)[0].startswith("1 task removed from")
    assert list(CampaignTask.objects.values_list("task_id", flat=True)) == [second.pk]


def test_tasks_of_two_projects_are_refused(operator: Client, scenario: Scenario) -> None:
    tasks = [factories.task(scenario), factories.task(factories.scenario())]

    response = run_action(operator, "add_to_campaign", *tasks)

    assert messages_of(response) == [ONE_PROJECT]


def test_tasks_without_a_campaign_cannot_be_removed_from_one(operator: Client, scenario: Scenario) -> None:
    response = run_action(operator, "remove_from_campaign", factories.task(scenario))

    assert messages_of(response) == [IN_NO_CAMPAIGN]


def test_viewer_may_not_add_tasks(scenario: Scenario) -> None:
    viewer = staff.logged_in_client(staff.member_of(scenario.organization, Membership.Role.VIEWER))

    run_action(viewer, "add_to_campaign", factories.task(scenario), campaign="", name="Mine")

    assert not Campaign.objects.exists()
