"""A journey from the list of tasks to a campaign, and to the report that shows it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from campaigns import services
from campaigns.models import Campaign, CampaignTask
from remediation.models import Task
from reports import services as reports
from reports.sharing.links import share_url
from tests import factories, staff
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_make_a_campaign_of_the_selected_tasks_and_follow_it(live_server: Any, scenario: Scenario) -> None:
    now = timezone.now()
    done = [factories.task(scenario, title=f"Fix page {index}", status="done") for index in range(3)]
    late = factories.task(scenario, title="Send the header", sla_due_at=now - timedelta(days=2))
    old = services.create(
        scenario.project,
        name="Before the relaunch",
        due_date=now.date() - timedelta(days=1),
        owner_id=scenario.owner.pk,
        task_ids=[late.pk, *(task.pk for task in done)],
        by=scenario.actor,
    )
    Campaign.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=9), updated_at=now)
    CampaignTask.objects.update(added_at=now - timedelta(days=9))
    reports.queue_export(scenario.project, format="json", by=scenario.actor)
    link = reports.share_latest(scenario.project, channel="link", by=scenario.actor)
    user = staff.superuser()

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Task, "changelist") + "?status__exact=backlog")
        page.locator("#result_list input.action-select").first.check()
        page.select_option("select[name=action]", "add_to_campaign")
        with page.expect_navigation():
            page.get_by_role("button", name="Run").click()
        page.get_by_label("Name of a new campaign").wait_for()
        visitor.check_page("campaign-choice")
        page.get_by_label("Name of a new campaign").fill("Autumn")
        with page.expect_navigation():
            page.get_by_role("button", name="Add to campaign").click()
        message = page.get_by_text("1 task added to").inner_text()
        visitor.open(admin_url(Campaign, "changelist"))
        visitor.check_page("campaigns")
        visitor.open(admin_url(Campaign, "change", old.pk))
        visitor.check_page("campaign")
        visitor.open(urlsplit(share_url(link)).path)
        visitor.check_page("shared-with-campaigns")

    assert visitor.problems == []
    assert message.startswith("1 task added to Autumn")
