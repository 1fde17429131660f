"""The number of queries of each URL, with a cached API key. It does not depend on the number of rows."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import api_key_cache
from tests import factories
from tests.contract.query_counts import COUNTS, ids
from tests.factories import Scenario

pytestmark = pytest.mark.slow


def count(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code == 200, response.content
    return len(captured)


def test_reads_cost_a_constant_number_of_queries(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api_key_cache, "TTL_SECONDS", 3600)
    rows = ids(scenario)

    def counted() -> dict[str, int]:
        return {path: count(partial(scenario.client.call, "get", path.format(**rows))) for path in COUNTS}

    scenario.client.call("get", "tasks")  # looks up the API key
    few = counted()
    for _ in range(3):
        factories.verification(scenario)
    many = counted()

    assert (few, many) == (COUNTS, COUNTS)


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
