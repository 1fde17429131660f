"""The catalogue lists every check with the policy of the project and its measured reliability."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from remediation.checks.catalogue import catalogue
from remediation.models import CheckReliability
from scanner import registry
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
CSP = "security_header_csp"


def measure(scenario: Scenario, *keys: str) -> None:
    """Store the reliability of these checks."""
    CheckReliability.objects.bulk_create(
        CheckReliability(
            project=scenario.project, key=key, runs=2, compared=1, flips=1, measured_at=timezone.now()
        )
        for key in keys
    )


def test_catalogue_lists_checks_with_policy_and_reliability(scenario: Scenario):
    config = {"checks": {"ttfb": {"threshold": 900}, CSP: {"enabled": False}}}
    scenario.client.call("put", "policies/current", {"config": config})
    measure(scenario, CSP)

    listed = {row["key"]: row for row in scenario.client.call("get", "checks").json()["data"]}

    assert list(listed) == registry.keys()
    assert listed["ttfb"]["threshold"] == {"value": 900, "default": 600, "unit": "ms", "direction": "max"}
    assert (listed["ttfb"]["enabled"], listed["ttfb"]["reliability"]) == (True, None)
    csp = listed[CSP]
    assert list(csp) == [
        "key", "domain", "kind", "title", "rule", "severity", "version", "enabled", "threshold", "reliability",
    ]  # fmt: skip
    assert (csp["enabled"], csp["threshold"], csp["severity"], csp["kind"]) == (False, None, "high", "http")
    assert {name: csp["reliability"][name] for name in ("runs", "compared", "flips", "flip_rate", "fixes")} == {
        "runs": 2, "compared": 1, "flips": 1, "flip_rate": 1, "fixes": 0,
    }  # fmt: skip


def test_reliability_of_another_project_is_left_out(scenario: Scenario):
    measure(scenario, CSP)
    other = factories.scenario()

    assert {row["reliability"] for row in catalogue(other.project)} == {None}


def test_catalogue_needs_the_same_number_of_queries_for_any_number_of_measured_checks(scenario: Scenario):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            catalogue(scenario.project)
        return len(captured)

    queries()
    measure(scenario, CSP)
    with_one = queries()
    measure(scenario, "ttfb", "title_present", "text_compression")

    assert queries() == with_one
