"""Bulk reports and bulk updates of findings."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bulk_changes.models import BulkChange
from findings.models import Finding
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_bulk_is_all_or_nothing(scenario: Scenario):
    good = {"domain": "seo", "title": "Good", "severity": "low"}
    bad = {"domain": "seo", "title": "", "severty": "low"}

    response = scenario.client.call("post", "findings/bulk", {"findings": [good, bad]})

    assert response.status_code == 422
    assert set(response.json()["error"]["details"]) == {"findings.1.title", "findings.1.severty"}
    assert Finding.objects.count() == 0


def test_partial_bulk_returns_a_result_for_each_item(scenario: Scenario):
    factories.finding(scenario, domain="seo", title="Known")
    items = [
        {"domain": "seo", "title": "New", "severity": "low"},
        {"domain": "seo", "title": "Known", "severity": "low"},
        {"domain": "nowhere", "title": "Bad"},
        "no object",
        {"domain": "seo", "title": "New", "severity": "high"},
    ]

    response = scenario.client.call("post", "findings/bulk", {"findings": items, "mode": "partial"})

    data = response.json()["data"]
    assert response.status_code == 200
    assert [item["status"] for item in data["items"]] == [
        "created",
        "updated",
        "invalid",
        "invalid",
        "updated",
    ]
    assert (data["created"], data["updated"], data["invalid"]) == (1, 2, 2)
    assert data["items"][0]["id"] == data["items"][4]["id"]
    assert Finding.objects.get(title="New").severity == "high"
    assert set(data["items"][2]["details"]) == {"domain"}


@pytest.mark.parametrize("count", [0, 1001])
def test_bulk_accepts_1_to_1000_items(scenario: Scenario, count: int):
    items = [{"domain": "seo", "title": str(index)} for index in range(count)]

    assert scenario.client.call("post", "findings/bulk", {"findings": items}).status_code == 422
    assert Finding.objects.count() == 0


def test_null_item_of_a_partial_bulk_is_reported_as_invalid(scenario: Scenario):
    items = [None, 5, {"domain": "seo", "title": "No title"}]

    response = scenario.client.call("post", "findings/bulk", {"mode": "partial", "findings": items})

    assert [item["status"] for item in response.json()["data"]["items"]] == ["invalid", "invalid", "created"]


def test_owner_of_many_items_is_queried_once(scenario: Scenario):
    items = [
        {"domain": "seo", "title": f"Title {index}", "owner_id": str(scenario.owner.pk)}
        for index in range(20)
    ]

    with CaptureQueriesContext(connection) as statements:
        scenario.client.call("post", "findings/bulk", {"findings": items})

    looked_up = [
        query for query in statements if 'FROM "accounts_membership"' in query["sql"].split("WHERE")[0]
    ]
    assert len([query for query in looked_up if query["sql"].startswith("SELECT 1")]) == 1


def test_bulk_update_dry_run_counts_and_changes_nothing(scenario: Scenario):
    for severity in ("low", "low", "high"):
        factories.finding(scenario, severity=severity)
    body = {"filter": {"severity": ["low"]}, "set": {"status": "dismissed"}}

    tried = scenario.client.call("post", "findings/bulk-update", body | {"dry_run": True}).json()["data"]
    effects = [{"field": "status", "before": "new", "after": "dismissed", "rows": 2}]
    rest = {"unchanged": 0, "refused": 0, "effects": effects, "refusals": []}
    assert (tried, Finding.objects.filter(status="dismissed").count()) == (
        {"matched": 2, "updated": 0, "dry_run": True, "bulk_change_id": None, **rest}, 0,
    )  # fmt: skip

    done = scenario.client.call("post", "findings/bulk-update", body).json()["data"]
    made = str(BulkChange.objects.get().pk)
    assert done == {"matched": 2, "updated": 2, "dry_run": False, "bulk_change_id": made, **rest}
    assert Finding.objects.filter(status="dismissed").count() == 2


def test_bulk_update_by_ids_is_all_or_nothing(scenario: Scenario):
    mine, theirs = factories.finding(scenario), factories.finding(factories.scenario())
    body = {"ids": [str(mine.pk), str(theirs.pk)], "set": {"severity": "low"}}

    response = scenario.client.call("post", "findings/bulk-update", body)

    assert (response.status_code, response.json()["error"]["details"]) == (404, {"ids": [str(theirs.pk)]})
    assert set(Finding.objects.values_list("severity", flat=True)) == {"high"}


def test_bulk_update_to_resolved_requires_verification(scenario: Scenario):
    factories.finding(scenario)

    response = scenario.client.call(
        "post", "findings/bulk-update", {"all": True, "set": {"status": "resolved"}}
    )

    assert response.json()["error"]["code"] == "resolved_requires_verification"
    assert Finding.objects.get().status == "new"
