"""Queries that no list accepts are refused, and cause no server error."""

import base64
import json

import pytest

from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_cursor_of_an_instant_outside_the_calendar_is_invalid(scenario: Scenario, instant: str):
    factories.task(scenario)
    factories.task(scenario)
    cursor = scenario.client.call("get", "tasks?limit=1").json()["meta"]["next_cursor"]
    signature, _, pk = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    forged = base64.urlsafe_b64encode(json.dumps([signature, instant, pk]).encode()).decode().rstrip("=")

    response = scenario.client.call("get", f"tasks?limit=1&cursor={forged}")

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["cursor"])


def test_more_than_a_thousand_query_parameters_are_a_bad_request(scenario: Scenario):
    query = "&".join(f"limit={number}" for number in range(1001))

    response = scenario.client.call("get", f"findings?{query}")

    assert (response.status_code, response.json()["error"]["code"]) == (400, "refused")
