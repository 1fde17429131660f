"""The public guide, example by example: policies."""

from typing import Any

import pytest

from tests import factories
from tests.contract.shape import META, MOMENT, UUID, answer, same
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


DEFAULT = {
    "severity_rules": {
        "security": "critical",
        "performance": "high",
        "accessibility": "medium",
        "seo": "low",
    },
    "sla_hours": {"critical": 24, "high": 72, "medium": 168, "low": 336},
    "alert_routing": {"critical": ["slack", "email"], "high": ["slack"]},
}


def policy_shape(scenario: Scenario, name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": UUID,
        "name": name,
        "org_id": str(scenario.organization.pk),
        "project_id": "production-website",
        "config": config,
        "active": True,
        "updated_at": MOMENT,
    }


def test_current_policy_has_the_keys_of_the_guide(scenario: Scenario):
    response = scenario.client.call("get", "policies/current")

    assert response.status_code == 200
    expected = policy_shape(scenario, "Default Audit Policy", DEFAULT)
    same(answer(response), {"data": expected, "meta": META, "error": None})


def test_put_replaces_the_policy(scenario: Scenario):
    config = {
        "severity_rules": {"security": "critical", "performance": "high"},
        "sla_hours": {"critical": 12, "high": 48},
    }

    response = scenario.client.call(
        "put", "policies/current", {"name": "Strict Production Policy", "config": config}
    )

    assert response.status_code == 200
    expected = policy_shape(scenario, "Strict Production Policy", config)
    same(answer(response), {"data": expected, "meta": META, "error": None})
    same(
        answer(scenario.client.call("get", "policies/current")),
        {"data": expected, "meta": META, "error": None},
    )


def test_policy_test_returns_the_keys_of_the_guide(scenario: Scenario):
    factories.finding(scenario, severity="critical")
    factories.finding(scenario, severity="low")
    config = {"severity_rules": {"performance": "high"}}

    response = scenario.client.call("post", "policies/test", {"config": config})

    assert response.status_code == 200
    expected = {"simulated_findings": 2, "escalated_to_critical": 1, "config_preview": config}
    same(answer(response), {"data": expected, "meta": META, "error": None})
