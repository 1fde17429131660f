"""The API of alerts and their destinations."""

import pytest
from pytest_httpserver import HTTPServer

from tests.factories import Scenario
from tests.unit.notifications.conftest import make_findings, run_workers

pytestmark = pytest.mark.django_db


def test_alerts_are_listed_newest_first(scenario: Scenario, slack: HTTPServer) -> None:
    make_findings(scenario, 2)
    run_workers()

    page = scenario.client.call("get", "alerts?limit=1").json()

    (alert,) = page["data"]
    assert (page["meta"]["total"], alert["status"], alert["total"]) == (2, "sent", 2)
    assert alert["counts"] == {"new": {"critical": 2}}
