"""A person sorts findings."""

from typing import Any

import pytest

from events.models import Event
from findings.models import Finding
from tests import factories
from tests.factories import World

pytestmark = pytest.mark.django_db


def patch(world: World, finding: Finding, **changes: Any) -> Any:
    return world.client.ask("patch", f"findings/{finding.pk}", changes)


def test_only_the_fields_named_change(world: World):
    finding = factories.finding(world, description="Before")

    shown = patch(world, finding, status="triaged", owner_id=str(world.owner.pk)).json()["data"]

    assert (shown["status"], shown["owner_id"], shown["description"]) == (
        "triaged",
        str(world.owner.pk),
        "Before",
    )
    event = Event.objects.get(name="finding.updated")
    assert event.data["was"]["status"] == "new"


def test_resolved_is_not_set_by_hand(world: World):
    finding = factories.finding(world)

    response = patch(world, finding, status="resolved", title="Changed too")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "resolved_requires_verification")
    finding.refresh_from_db()
    assert finding.status == "new"
    assert finding.title != "Changed too"


def test_a_resolved_finding_does_not_move_by_hand(world: World):
    finding = factories.finding(world, status="resolved")

    assert patch(world, finding, status="new").json()["error"]["code"] == "finding_resolved"


def test_a_dismissed_finding_can_be_taken_up_again(world: World):
    finding = factories.finding(world, status="dismissed")

    assert patch(world, finding, status="triaged").json()["data"]["status"] == "triaged"


def test_a_title_that_another_finding_has_is_refused(world: World):
    factories.finding(world, title="Taken")

    response = patch(world, factories.finding(world), title="Taken")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "title_taken")


def test_the_score_follows_a_new_severity_unless_somebody_set_it(world: World):
    usual = factories.finding(world, severity="low")
    chosen = factories.finding(world, severity="low", priority={"score": 77})

    raised = patch(world, usual, severity="critical").json()["data"]["priority"]
    kept = patch(world, chosen, severity="critical").json()["data"]["priority"]

    assert raised["score"] > 75
    assert kept["score"] == 77


@pytest.mark.parametrize(
    "body", [{}, {"domain": "seo"}, {"severity": None}, {"status": "open"}, {"confidence": 1}]
)
def test_a_change_that_is_none_is_refused(world: World, body: dict[str, Any]):
    assert patch(world, factories.finding(world), **body).status_code == 422


def test_a_bulk_update_by_filter_can_be_tried_first(world: World):
    for severity in ("low", "low", "high"):
        factories.finding(world, severity=severity)
    body = {"filter": {"severity": ["low"]}, "set": {"status": "dismissed"}}

    tried = world.client.ask("post", "findings/bulk-update", body | {"dry_run": True}).json()["data"]
    assert (tried, Finding.objects.filter(status="dismissed").count()) == (
        {"matched": 2, "updated": 0, "dry_run": True}, 0,
    )  # fmt: skip

    done = world.client.ask("post", "findings/bulk-update", body).json()["data"]
    assert done == {"matched": 2, "updated": 2, "dry_run": False}
    assert Finding.objects.filter(status="dismissed").count() == 2


def test_a_bulk_update_by_ids_is_all_or_nothing(world: World):
    mine, theirs = factories.finding(world), factories.finding(factories.world())
    body = {"ids": [str(mine.pk), str(theirs.pk)], "set": {"severity": "low"}}

    response = world.client.ask("post", "findings/bulk-update", body)

    assert (response.status_code, response.json()["error"]["details"]) == (404, {"ids": [str(theirs.pk)]})
    assert set(Finding.objects.values_list("severity", flat=True)) == {"high"}


def test_a_bulk_update_cannot_resolve_either(world: World):
    factories.finding(world)

    response = world.client.ask("post", "findings/bulk-update", {"filter": {}, "set": {"status": "resolved"}})

    assert response.json()["error"]["code"] == "resolved_requires_verification"
