"""The admin page of campaigns."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import services
from campaigns.admin.campaign import chart_line, tasks_of
from campaigns.models import Campaign
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of, run_action

pytestmark = pytest.mark.django_db


def test_page_shows_progress_and_open_tasks_first(scenario: Scenario) -> None:
    done = factories.task(scenario, title="Done already", status="done")
    late = factories.task(scenario, title="Late", sla_due_at="2020-01-01T00:00:00Z")
    campaign = services.create(
        scenario.project, name="Spring cleaning", task_ids=[done.pk, late.pk], by=scenario.actor
    )

    page = staff.logged_in_client().get(admin_url(Campaign, "change", campaign.pk))

    detail = page.context["detail"]
    assert (detail["progress"].percent, detail["progress"].overdue) == (50, 1)
    assert [task.title for task in detail["tasks"]] == ["Late", "Done already"]


def test_page_lists_open_tasks_by_their_due_date_then_done_ones(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.admin.campaign.MAX_TASKS", 4)
    due = {"never": None, "next year": "2027-01-01T00:00:00Z", "late": "2020-01-01T00:00:00Z"}
    open_tasks = [factories.task(scenario, title=title, sla_due_at=at) for title, at in due.items()]
    done = [factories.task(scenario, title="done", status="done", sla_due_at=None) for _ in range(2)]
    pks = [task.pk for task in (*done, *open_tasks)]
    campaign = services.create(scenario.project, name="Spring cleaning", task_ids=pks, by=scenario.actor)

    with CaptureQueriesContext(connection) as captured:
        found = tasks_of(campaign)

    assert [task.title for task in found] == ["late", "next year", "never", "done"]
    # Not sorted by PostgreSQL, which would read all tasks in this order.
    assert [query["sql"] for query in captured if "ORDER BY" in query["sql"]] == []


def test_actions_archive_and_restore(scenario: Scenario) -> None:
    campaign = services.create(scenario.project, name="Spring cleaning", by=scenario.actor)
    client = staff.logged_in_client()

    archived = messages_of(run_action(client, "archive", campaign))
    restored = messages_of(run_action(client, "restore", campaign))

    assert (archived, restored) == (["Spring cleaning: archived."], ["Spring cleaning: restored."])


def test_form_creates_and_renames_a_campaign(scenario: Scenario) -> None:
    client = staff.logged_in_client()
    client.post(
        admin_url(Campaign, "add"),
        {"project": scenario.project.pk, "name": "Spring", "due_date": "2026-03-31", "owner": ""},
    )
    campaign = Campaign.objects.get()
    client.post(
        admin_url(Campaign, "change", campaign.pk), {"name": "Autumn", "due_date": "2026-03-31", "owner": ""}
    )

    campaign.refresh_from_db()
    assert (campaign.name, str(campaign.due_date), campaign.project) == (
        "Autumn",
        "2026-03-31",
        scenario.project,
    )


def test_chart_line_goes_from_all_open_to_none() -> None:
    days = [{"total": 4, "open": 4}, {"total": 4, "open": 0}]

    assert chart_line(days) == "0.0,2.0 640.0,118.0"
    assert chart_line(days[:1]) == ""
