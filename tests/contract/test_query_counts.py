"""The number of queries of each URL, with a cached API key. It does not depend on the number of rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.contract.query_counts import COUNTS, ids
from tests.factories import Scenario

pytestmark = pytest.mark.slow

Ask = Callable[[Scenario], Any]


def count(call: Callable[[], Any], expected_status: int = 200) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code == expected_status, response.content
    return len(captured)


@pytest.mark.parametrize("address", COUNTS)
def test_reads_cost_a_constant_number_of_queries(scenario: Scenario, address: str):
    method, expected = COUNTS[address]
    path = address.format(**ids(scenario))
    scenario.client.call(method, path)  # the first request of a process looks up the API key

    few = count(lambda: scenario.client.call(method, path))
    for _ in range(3):
        factories.verification(scenario)
    many = count(lambda: scenario.client.call(method, path))

    assert (few, many) == (expected, expected)


def test_finding_update_costs_five_queries(scenario: Scenario):
    finding = factories.finding(scenario)
    scenario.client.call("get", "tasks")

    # BEGIN, lock, update, event, COMMIT
    assert count(lambda: scenario.client.call("patch", f"findings/{finding.pk}", {"status": "triaged"})) == 5


def test_approve_costs_twelve_queries(scenario: Scenario):
    first, verification = [
        factories.verification(scenario, checks="passed", open_regressions=1) for _ in "12"
    ]
    # The first link creates the project's chain.
    scenario.client.call("post", f"verifications/{first.pk}/approve")

    # BEGIN, the locks, verification, task, finding, regressions, the chain's end, earlier
    # links, link, event, outbox entry, COMMIT
    assert count(lambda: scenario.client.call("post", f"verifications/{verification.pk}/approve")) == 12


def test_batch_costs_a_constant_number_of_queries(scenario: Scenario):
    def bulk(size: int) -> int:
        items = [{"domain": "seo", "title": f"{number} of {size}"} for number in range(size)]
        return count(lambda: scenario.client.call("post", "findings/bulk", {"findings": items}))

    scenario.client.call("get", "policies/current")

    assert (bulk(2), bulk(40)) == (9, 9)
    assert (bulk(2), bulk(40)) == (6, 6)  # the same findings again: locked and updated
