"""Campaigns in the API."""

from typing import Any

import pytest

from campaigns.models import Campaign, CampaignTask
from events.models import Event
from remediation.models import Task
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def create_campaign(scenario: Scenario, **fields: Any) -> dict[str, Any]:
    """Create a campaign by the API and return it."""
    response = scenario.client.call("post", "campaigns", {"name": "Spring cleaning", **fields})
    assert response.status_code == 201, response.content
    return dict(response.json()["data"])


def test_dry_run_says_how_many_tasks_match_and_creates_nothing(scenario: Scenario) -> None:
    for priority in ("high", "high", "low"):
        factories.task(scenario, priority=priority)
    body = {"name": "Spring cleaning", "filter": {"priority": "high"}, "dry_run": True}

    response = scenario.client.call("post", "campaigns", body)

    assert response.status_code == 200
    assert response.json()["data"] == {
        "campaign_id": None, "matched": 2, "changed": 2, "unchanged": 0, "dry_run": True,
    }  # fmt: skip
    assert not Campaign.objects.exists()


def test_campaign_of_a_filter_is_created_and_read_with_its_progress(scenario: Scenario) -> None:
    for status in ("done", "blocked", "backlog"):
        factories.task(scenario, priority="high", status=status, sla_due_at="2020-01-01T00:00:00Z")
    factories.task(scenario, priority="low")
    campaign = create_campaign(
        scenario, due_date="2026-01-31", owner_id=str(scenario.owner.pk), filter={"priority": ["high"]}
    )

    read = scenario.client.call("get", f"campaigns/{campaign['id']}?include=progress").json()["data"]
    [listed] = scenario.client.call("get", "campaigns?include=progress&archived=false").json()["data"]

    assert (campaign["due_date"], campaign["owner_id"]) == ("2026-01-31", str(scenario.owner.pk))
    assert read == listed == {
        **campaign,
        "progress": {
            "total": 3, "done": 1, "percent": 33, "overdue": 2, "next_due_at": None, "past_due": True,
            "by_status": {"backlog": 1, "in_progress": 0, "blocked": 1, "ready_verify": 0, "done": 1},
        },
    }  # fmt: skip


def test_tasks_are_added_listed_and_removed(scenario: Scenario) -> None:
    first, second, other = (factories.task(scenario) for _ in range(3))
    campaign = create_campaign(scenario, ids=[str(first.pk)])
    path = f"campaigns/{campaign['id']}"

    added = scenario.client.call("post", f"{path}/add-tasks", {"ids": [str(first.pk), str(second.pk)]})
    listed = scenario.client.call("get", f"tasks?campaign={campaign['id']}").json()
    removed = scenario.client.call("post", f"{path}/remove-tasks", {"ids": [str(first.pk), str(other.pk)]})

    assert (added.json()["data"]["changed"], added.json()["data"]["unchanged"]) == (1, 1)
    assert {row["id"] for row in listed["data"]} == {str(first.pk), str(second.pk)}
    assert listed["meta"]["total"] == 2
    assert (removed.json()["data"]["changed"], removed.json()["data"]["unchanged"]) == (1, 1)
    assert list(CampaignTask.objects.values_list("task_id", flat=True)) == [second.pk]
    names = Event.objects.filter(subject_id=first.pk, name__contains="campaign").order_by("id")
    assert list(names.values_list("name", flat=True)) == [
        "task.added_to_campaign",
        "task.removed_from_campaign",
    ]


def test_bulk_update_selects_the_tasks_of_a_campaign(scenario: Scenario) -> None:
    inside, outside = factories.task(scenario), factories.task(scenario)
    campaign = create_campaign(scenario, ids=[str(inside.pk)])
    body = {"filter": {"campaign": campaign["id"]}, "set": {"priority": "critical"}}

    scenario.client.call("post", "tasks/bulk-update", body)

    priorities = dict(Task.objects.values_list("pk", "priority"))
    assert (priorities[inside.pk], priorities[outside.pk] == "critical") == ("critical", False)


def test_update_requires_the_current_version(scenario: Scenario) -> None:
    campaign = create_campaign(scenario)
    path = f"campaigns/{campaign['id']}"
    etag = scenario.client.call("get", path)["etag"]

    changed = scenario.client.call("patch", path, {"name": "Autumn"}, IF_MATCH=etag)
    outdated = scenario.client.call("patch", path, {"name": "Winter"}, IF_MATCH=etag)

    assert (changed.status_code, changed.json()["data"]["name"]) == (200, "Autumn")
    assert (outdated.status_code, outdated.json()["error"]["code"]) == (412, "precondition_failed")
    assert Campaign.objects.get().name == "Autumn"


def test_archived_campaign_frees_its_name_and_can_be_restored_once_it_is_free(scenario: Scenario) -> None:
    campaign = create_campaign(scenario)
    path = f"campaigns/{campaign['id']}"
    taken = scenario.client.call("post", "campaigns", {"name": "Spring cleaning"})
    archived = scenario.client.call("post", f"{path}/archive")
    refused = scenario.client.call("patch", path, {"name": "Autumn"})
    second = create_campaign(scenario)
    conflict = scenario.client.call("post", f"{path}/restore")
    scenario.client.call("post", f"campaigns/{second['id']}/archive")
    restored = scenario.client.call("post", f"{path}/restore")

    assert taken.json()["error"]["code"] == conflict.json()["error"]["code"] == "campaign_name_taken"
    assert archived.json()["data"]["archived_at"] is not None
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "campaign_archived")
    assert restored.json()["data"]["archived_at"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "A", "due_date": "31.1.2026"}, "due_date"),
        ({"name": "A", "owner_id": "01954f1e-6c2a-7b3d-9a41-5f0c2d8e7a10"}, "owner_id"),
        ({"name": "A", "filter": {"severity": "high"}}, "filter.severity"),
        ({"name": "A", "archived_at": None}, "archived_at"),
        ({"name": "A", "ids": []}, "ids"),
    ],
)
def test_invalid_campaign_is_rejected(scenario: Scenario, body: dict[str, Any], field: str) -> None:
    response = scenario.client.call("post", "campaigns", body)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert not Campaign.objects.exists()


def test_tasks_of_another_project_are_not_found(scenario: Scenario) -> None:
    task_of_another_project = factories.task(factories.scenario())

    response = scenario.client.call(
        "post", "campaigns", {"name": "A", "ids": [str(task_of_another_project.pk)]}
    )

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert not Campaign.objects.exists()
