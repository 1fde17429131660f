"""Policies: replacing, testing and their effects."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from remediation.models import Policy, PolicyVersion, Task
from remediation.serializers import MAX_CONFIG_BYTES
from remediation.services import policies
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def put(scenario: Scenario, config: Any, **more: Any) -> Any:
    return scenario.client.call("put", "policies/current", {"config": config, **more})


def test_config_must_be_an_object_and_an_omitted_name_stays(scenario: Scenario):
    assert scenario.client.call("put", "policies/current", {"name": "Only"}).status_code == 422
    assert put(scenario, []).status_code == 422

    assert put(scenario, {"a": 1}, name="Named").json()["data"]["name"] == "Named"
    assert put(scenario, {"b": 2}).json()["data"]["name"] == "Named"
    assert Policy.objects.get().config == {"b": 2}


def test_config_above_the_limit_is_rejected(scenario: Scenario):
    fits, large = ({"note": "x" * (MAX_CONFIG_BYTES - length)} for length in (11, 10))
    policies.current(scenario.project)

    tested = scenario.client.call("post", "policies/test", {"config": large})
    statuses = [put(scenario, large).status_code, tested.status_code, put(scenario, fits).status_code]

    assert statuses == [422, 422, 200]
    assert tested.json()["error"]["details"] == {"config": ["Send at most 64 KiB of JSON; this has 65 KiB."]}
    assert Policy.objects.get().version == 2


def test_earlier_versions_are_kept(scenario: Scenario):
    put(scenario, {"a": 1}, name="First")
    put(scenario, {"b": 2}, name="Second")

    kept = list(PolicyVersion.objects.order_by("version").values_list("version", "name", "replaced_by_id"))
    assert kept == [(1, "Default Audit Policy", scenario.owner.pk), (2, "First", scenario.owner.pk)]
    assert Event.objects.filter(name="policy.replaced").count() == 2


def test_policy_that_is_replaced_by_the_same_config_keeps_its_version(scenario: Scenario):
    first = put(scenario, {"a": 1}, name="First")

    again = put(scenario, {"a": 1}, name="First")
    changed = put(scenario, {"a": 1.0}, name="First")

    assert (again["etag"], again.json()["data"]) == (first["etag"], first.json()["data"])
    assert changed["etag"] != first["etag"]
    assert Event.objects.filter(name="policy.replaced").count() == 2


def test_policy_test_changes_nothing(scenario: Scenario):
    scenario.client.call("get", "policies/current")
    before = Policy.objects.values().get()

    scenario.client.call(
        "post", "policies/test?simulate=true", {"config": {"severity_rules": {"security": "low"}}}
    )

    assert Policy.objects.values().get() == before


def test_simulation_returns_the_changes(scenario: Scenario):
    old = factories.task(scenario, of=factories.finding(scenario, severity="high"))
    Task.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=30))
    factories.finding(scenario, severity="low")
    factories.finding(scenario, severity="low", domain="seo")
    factories.finding(scenario, severity="low", status="dismissed")
    config = {
        "severity_rules": {"security": "critical"},
        "sla_hours": {"critical": 24},
        "alert_routing": {"critical": ["slack", "email", "pigeon"], "low": "slack"},
    }

    answer = scenario.client.call("post", "policies/test?simulate=true", {"config": config}).json()["data"]

    assert list(answer) == [
        "simulated_findings", "escalated_to_critical", "config_preview", "simulation", "plan_token",
    ]  # fmt: skip
    assert answer["simulation"] == {
        "severities": [
            {"from": "high", "to": "critical", "findings": 1},
            {"from": "low", "to": "critical", "findings": 1},
        ],
        "tasks": {"moved": 1, "added": 0, "removed": 0, "overdue_at_once": 1},
        "alerts": {"slack": 2, "email": 2},
    }


def test_plan_is_applied_as_tested_or_rejected(scenario: Scenario):
    config = {"sla_hours": {"high": 1}}
    token = scenario.client.call("post", "policies/test?simulate=true", {"config": config}).json()["data"][
        "plan_token"
    ]

    other = put(scenario, {"sla_hours": {"high": 2}}, plan_token=token)
    forged = put(scenario, config, plan_token=token[:-2] + "xx")
    applied = put(scenario, config, plan_token=token)
    again = put(scenario, config, plan_token=token)

    assert [response.status_code for response in (other, forged, applied, again)] == [409, 409, 200, 409]
    assert again.json()["error"]["code"] == "plan_outdated"
    assert Policy.objects.get().version == 2


@pytest.mark.parametrize("query", ["simulate=yes", "simulate=", "dry=true"])
def test_unknown_parameters_of_a_policy_test_are_rejected(scenario: Scenario, query: str):
    assert scenario.client.call("post", f"policies/test?{query}", {"config": {}}).status_code == 422


def test_each_project_has_its_own_policy(scenario: Scenario):
    other = factories.scenario()
    before = other.client.call("get", "policies/current").json()["data"]

    put(scenario, {"a": 1})

    after, own = (
        tenant.client.call("get", "policies/current").json()["data"] for tenant in (other, scenario)
    )
    assert (after, own["config"]) == (before, {"a": 1})


def test_policy_of_a_moment_is_the_version_that_applied_then(scenario: Scenario, time_machine: Any):
    for day, config in ((10, None), (11, {"a": 1}), (13, {"b": 2})):
        time_machine.move_to(f"2026-03-{day}T12:00:00Z", tick=False)
        if config:
            put(scenario, config, name=f"Of the {day}th")
        else:
            scenario.client.call("get", "policies/current")
    time_machine.move_to("2026-03-20T12:00:00Z", tick=False)

    def applied(as_of: str) -> tuple[str, str]:
        data = scenario.client.call("get", f"policies/current?as_of={as_of}").json()["data"]
        return data["name"], data["updated_at"]

    assert [
        applied(as_of) for as_of in ("2026-03-01", "2026-03-10", "2026-03-11", "2026-03-13T11:59:59Z", "2026-03-14")
    ] == [
        ("Default Audit Policy", "2026-03-10T12:00:00Z"), ("Default Audit Policy", "2026-03-10T12:00:00Z"),
        ("Of the 11th", "2026-03-11T12:00:00Z"), ("Of the 11th", "2026-03-11T12:00:00Z"),
        ("Of the 13th", "2026-03-13T12:00:00Z"),
    ]  # fmt: skip
