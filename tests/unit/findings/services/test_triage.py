"""People change findings, singly and in bulk."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bulk_changes import services
from events.models import Event
from findings.models import OPEN_STATUSES, Finding
from findings.services import triage
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def patch(scenario: Scenario, finding: Finding, **changes: Any) -> Any:
    return scenario.client.call("patch", f"findings/{finding.pk}", changes)


def test_patch_changes_only_the_fields_sent(scenario: Scenario):
    finding = factories.finding(scenario, description="Before")

    shown = patch(scenario, finding, status="triaged", owner_id=str(scenario.owner.pk)).json()["data"]

    assert (shown["status"], shown["owner_id"], shown["description"]) == (
        "triaged",
        str(scenario.owner.pk),
        "Before",
    )
    event = Event.objects.get(name="finding.updated")
    assert event.data["before"]["status"] == "new"


def test_patch_that_changes_nothing_leaves_etag_and_events(scenario: Scenario):
    finding = factories.finding(scenario, severity="high", status="triaged")
    before = scenario.client.call("get", f"findings/{finding.pk}")

    after = patch(scenario, finding, severity="high", status="triaged", title=finding.title)

    assert (after.status_code, after["etag"], after.json()["data"]) == (
        200,
        before["etag"],
        before.json()["data"],
    )
    assert not Event.objects.filter(name="finding.updated").exists()


def test_patch_to_resolved_requires_verification(scenario: Scenario):
    finding = factories.finding(scenario)

    response = patch(scenario, finding, status="resolved", title="Changed too")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "resolved_requires_verification")
    finding.refresh_from_db()
    assert finding.status == "new"
    assert finding.title != "Changed too"


def test_patch_of_resolved_finding_status_is_rejected(scenario: Scenario):
    finding = factories.finding(scenario, status="resolved")

    response = patch(scenario, finding, status="new", title="Changed too")

    assert response.json()["error"]["code"] == "finding_resolved"
    assert Finding.objects.values_list("status", "title").get() == ("resolved", finding.title)


def test_title_of_another_finding_is_rejected(scenario: Scenario):
    factories.finding(scenario, title="Taken")
    finding = factories.finding(scenario)

    response = patch(scenario, finding, title="Taken")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "title_taken")
    assert Finding.objects.get(pk=finding.pk).title == finding.title


def test_default_score_follows_a_new_severity_and_custom_score_stays(scenario: Scenario):
    usual = factories.finding(scenario, severity="low")
    chosen = factories.finding(scenario, severity="low", priority={"score": 77})

    raised = patch(scenario, usual, severity="critical").json()["data"]["priority"]
    kept = patch(scenario, chosen, severity="critical").json()["data"]["priority"]

    assert raised["score"] > 75
    assert kept["score"] == 77


@pytest.mark.parametrize(
    "body", [{}, {"domain": "seo"}, {"severity": None}, {"status": "open"}, {"confidence": 1}]
)
def test_patch_without_valid_changes_is_rejected(scenario: Scenario, body: dict[str, Any]):
    assert patch(scenario, factories.finding(scenario), **body).status_code == 422


def test_bulk_update_of_severity_changes_default_scores_and_keeps_custom_scores(scenario: Scenario):
    usual = factories.finding(scenario, severity="low")
    chosen = factories.finding(scenario, severity="low", priority={"score": 77})

    scenario.client.call("post", "findings/bulk-update", {"all": True, "set": {"severity": "critical"}})

    usual.refresh_from_db()
    chosen.refresh_from_db()
    assert (usual.severity, usual.impact, usual.score) == ("critical", 95, 81)
    assert (chosen.severity, chosen.score) == ("critical", 77)


def test_bulk_update_works_in_batches_and_logs_each_finding(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    findings = [factories.finding(scenario) for _ in range(5)]
    before = findings[0].updated_at

    shown = scenario.client.call(
        "post", "findings/bulk-update", {"filter": {"status": "new"}, "set": {"status": "triaged"}}
    ).json()["data"]

    assert {name: shown[name] for name in ("matched", "updated", "dry_run")} == {
        "matched": 5, "updated": 5, "dry_run": False,
    }  # fmt: skip
    assert set(Finding.objects.values_list("status", flat=True)) == {"triaged"}
    events = Event.objects.filter(name="finding.updated")
    data = {
        "before": {"status": "new"},
        "after": {"status": "triaged"},
        "bulk_change_id": shown["bulk_change_id"],
    }
    assert [event.data for event in events] == [data] * 5
    findings[0].refresh_from_db()
    assert findings[0].updated_at > before


def test_bulk_update_with_a_resolved_finding_in_a_later_batch_changes_nothing(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(services, "BATCH_SIZE", 1)
    for status in ("new", "new", "resolved"):
        factories.finding(scenario, status=status)

    response = scenario.client.call(
        "post", "findings/bulk-update", {"all": True, "set": {"status": "triaged"}}
    )

    assert response.json()["error"]["code"] == "finding_resolved"
    assert sorted(Finding.objects.values_list("status", flat=True)) == ["new", "new", "resolved"]


def test_update_locks_the_finding_and_not_its_project(scenario: Scenario):
    finding = factories.finding(scenario)

    with CaptureQueriesContext(connection) as statements:
        triage.update(finding.pk, changes={"status": "triaged"}, by=scenario.actor)

    locks = [query["sql"] for query in statements if "FOR UPDATE" in query["sql"]]
    assert len(locks) == 1
    assert 'FROM "findings_finding"' in locks[0]
    assert "JOIN" not in locks[0]


@pytest.mark.parametrize("status", OPEN_STATUSES)
def test_dismissed_finding_can_get_every_open_status(scenario: Scenario, status: str):
    finding = factories.finding(scenario, status="dismissed")

    assert patch(scenario, finding, status=status).json()["data"]["status"] == status
