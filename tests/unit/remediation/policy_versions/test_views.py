"""Versions of a policy are listed, compared and restored by the API."""

from typing import Any

import pytest

from events.models import Event
from remediation.models import Policy, PolicyVersion
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST = {"sla_hours": {"critical": 24, "low": 100}, "severity_rules": {"seo": "low"}}
SECOND = {"severity_rules": {"seo": "low"}, "sla_hours": {"critical": 8}, "checks": {}}


@pytest.fixture
def ids(scenario: Scenario) -> list[str]:
    """Store two policies; return the ids of the versions, the newest first."""
    for name, config in [("First", FIRST), ("Second", SECOND)]:
        scenario.client.call("put", "policies/current", {"name": name, "config": config})
    return [row["id"] for row in listed(scenario)["data"]]


def listed(scenario: Scenario, query: str = "") -> Any:
    return scenario.client.call("get", f"policies{query}").json()


def test_versions_are_listed_newest_first_in_pages(scenario: Scenario, ids: list[str]):
    first = listed(scenario, "?limit=1")
    rest = listed(scenario, f"?limit=2&cursor={first['meta']['next_cursor']}")

    rows = first["data"] + rest["data"]
    assert [(row["version"], row["name"], row["active"]) for row in rows] == [
        (3, "Second", True),
        (2, "First", False),
        (1, "Default Audit Policy", False),
    ]
    assert (first["meta"]["total"], rest["meta"]["next_cursor"]) == (3, None)
    assert rows[0]["id"] == str(Policy.objects.get().pk)
    assert [row["replaced_by_id"] for row in rows] == [None, str(scenario.owner.pk), str(scenario.owner.pk)]


def test_a_version_is_read_with_its_config_in_order(scenario: Scenario, ids: list[str]):
    version = scenario.client.call("get", f"policies/{ids[1]}").json()["data"]

    assert (version["config"], list(version["config"])) == (FIRST, list(FIRST))


def test_versions_are_compared(scenario: Scenario, ids: list[str]):
    with_current = scenario.client.call("get", f"policies/{ids[1]}/diff").json()["data"]
    backwards = scenario.client.call("get", f"policies/{ids[0]}/diff?with={ids[1]}").json()["data"]

    assert with_current == {
        "before_id": ids[1],
        "after_id": ids[0],
        "name_changed": True,
        "changes": [
            {"path": "/sla_hours/critical", "change": "changed", "before": 24, "after": 8},
            {"path": "/sla_hours/low", "change": "removed", "before": 100, "after": None},
            {"path": "/checks", "change": "added", "before": None, "after": {}},
        ],
    }
    assert [change["change"] for change in backwards["changes"]] == ["changed", "added", "removed"]


@pytest.mark.parametrize(("value", "status"), [("x", 422), ("01954f1e-6c2a-7b3d-9a41-5f0c2d8e7a10", 404)])
def test_unknown_version_to_compare_with_is_rejected(
    scenario: Scenario, ids: list[str], value: str, status: int
):
    assert scenario.client.call("get", f"policies/{ids[1]}/diff?with={value}").status_code == status


def test_version_is_restored_as_a_new_one(scenario: Scenario, ids: list[str]):
    restored = scenario.client.call("post", f"policies/{ids[1]}/restore")

    policy = Policy.objects.get()
    assert restored.status_code == 200
    assert (restored.json()["data"]["name"], restored.json()["data"]["config"]) == ("First", FIRST)
    assert (policy.version, policy.config, PolicyVersion.objects.count()) == (4, FIRST, 3)
    assert Event.objects.filter(name="policy.replaced").count() == 3


def test_restore_with_a_plan_changes_existing_findings(scenario: Scenario, ids: list[str]):
    finding = factories.finding(scenario, domain="seo", severity="high")
    plan = scenario.client.call("post", "policies/test?simulate=true", {"config": FIRST}).json()["data"]

    restored = scenario.client.call("post", f"policies/{ids[1]}/restore", {"plan_token": plan["plan_token"]})
    again = scenario.client.call("post", f"policies/{ids[1]}/restore", {"plan_token": plan["plan_token"]})

    finding.refresh_from_db()
    assert (restored.status_code, finding.severity) == (200, "low")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "plan_outdated")


def test_restore_honours_if_match(scenario: Scenario, ids: list[str]):
    response = scenario.client.call("post", f"policies/{ids[1]}/restore", if_match='"1"')

    assert (response.status_code, Policy.objects.get().config) == (412, SECOND)


def test_version_of_another_project_is_not_found(scenario: Scenario, ids: list[str]):
    other = factories.scenario()

    assert other.client.call("get", f"policies/{ids[1]}").status_code == 404
    assert other.client.call("post", f"policies/{ids[1]}/restore").status_code == 404


def test_ignored_parts_are_named_and_kept(scenario: Scenario):
    config = {"sla_hour": {}, "scans": {"schedule": "daily", "hour": 99}}

    replaced = scenario.client.call("put", "policies/current", {"config": config}).json()
    tested = scenario.client.call("post", "policies/test", {"config": config}).json()
    valid = scenario.client.call("put", "policies/current", {"config": FIRST}).json()

    assert (
        replaced["meta"]["warnings"]
        == tested["meta"]["warnings"]
        == [
            "sla_hour is ignored: did you mean sla_hours?",
            "scans.hour: 99 is no hour from 0 to 23, so no scans are scheduled.",
        ]
    )
    assert replaced["data"]["config"] == config
    assert "warnings" not in valid["meta"]


def test_repeated_request_gets_the_same_data_without_warnings(scenario: Scenario):
    def call() -> Any:
        body = {"config": {"unknown": 1}}
        return scenario.client.call("post", "policies/test", body, idempotency_key="once").json()

    first, again = call(), call()

    assert (again["data"], "warnings" in first["meta"], "warnings" in again["meta"]) == (
        first["data"],
        True,
        False,
    )
