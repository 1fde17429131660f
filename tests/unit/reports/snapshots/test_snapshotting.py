"""Campaigns in reports and the summary."""

from datetime import date

import pytest
from django.template.loader import render_to_string

from campaigns import services as campaigns
from reports import services
from reports.presentation import template_context
from reports.snapshots.snapshotting import load_snapshot
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_report_shows_the_active_campaigns_as_they_were(scenario: Scenario) -> None:
    tasks = [factories.task(scenario, status=status).pk for status in ("done", "backlog")]
    campaign = campaigns.create(
        scenario.project, name="Spring", due_date=date(2020, 1, 1), task_ids=tasks, by=scenario.actor
    )
    archived = campaigns.create(scenario.project, name="Archived", by=scenario.actor)
    campaigns.archive(archived.pk, by=scenario.actor)
    report = services.queue_export(scenario.project, format="json", by=scenario.actor)
    report.refresh_from_db()
    campaigns.update(campaign.pk, changes={"name": "Renamed"}, by=scenario.actor)

    [shown] = template_context.page_context(load_snapshot(report))["campaigns"]
    page = render_to_string("reports/campaigns.html", {"campaigns": [shown]})

    assert (shown["name"], shown["done"], shown["total"], shown["percent"]) == ("Spring", 1, 2, 50)
    assert "1 of 2 (50 %)" in page
    assert "1 January 2020</time>, <strong>late</strong>" in page


def test_summary_includes_campaigns_on_request(scenario: Scenario) -> None:
    made = campaigns.create(
        scenario.project, name="Spring", task_ids=[factories.task(scenario).pk], by=scenario.actor
    )

    plain = scenario.client.call("get", "reports/summary").json()["data"]
    [shown] = scenario.client.call("get", "reports/summary?include=campaigns").json()["data"]["campaigns"]
    past = scenario.client.call("get", "reports/summary?include=campaigns&as_of=2026-01-01")

    assert "campaigns" not in plain
    assert (shown["id"], shown["progress"]["total"]) == (str(made.pk), 1)
    assert (past.status_code, list(past.json()["error"]["details"])) == (422, ["include"])
