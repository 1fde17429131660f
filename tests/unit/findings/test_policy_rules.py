"""Rules of the policy that apply to findings."""

from typing import Any

import pytest

from findings import policy_rules
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("domain", "severity"),
    [("security", "critical"), ("performance", "high"), ("accessibility", "medium"), ("seo", "low")],
)
def test_severity_missing_in_a_report_is_set_by_the_policy(scenario: Scenario, domain: str, severity: str):
    shown = scenario.client.call("post", "findings", {"domain": domain, "title": "t"}).json()["data"]

    assert shown["severity"] == severity


@pytest.mark.parametrize("rules", [{}, {"seo": 5}, {"seo": "urgent"}, None, [], "x"])
def test_invalid_severity_rules_are_ignored(scenario: Scenario, rules: Any):
    scenario.client.call("put", "policies/current", {"config": {"severity_rules": rules}})

    shown = scenario.client.call("post", "findings", {"domain": "seo", "title": "t"}).json()["data"]

    assert shown["severity"] == "medium"


@pytest.mark.parametrize(
    ("scan", "ceiling"),
    [({"max_requests_per_second": 5}, 5), ({"max_requests_per_second": 200}, 200)]
    + [({"max_requests_per_second": value}, None) for value in (0, 201, -1, True, "5", None, 1e400)]
    + [({}, None), ([], None), (None, None)],
)
def test_ceiling_of_the_request_rate_is_read_if_it_is_valid(scan: Any, ceiling: float | None):
    assert policy_rules.max_requests_per_second({"scan": scan}) == ceiling
