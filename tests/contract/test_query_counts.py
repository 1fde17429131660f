"""The number of queries of each URL, with a cached API key. It does not depend on the number of rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scans.models import Scan
from tests import factories
from tests.factories import Scenario

Ask = Callable[[Scenario], Any]

COUNTS: dict[str, tuple[str, int]] = {
    # URL: the list or row itself, and the total of a list that has another page
    "findings": ("get", 1),
    "findings?limit=1": ("get", 2),
    "findings?severity=high&status=new": ("get", 1),
    "findings?severity=high&status=new&limit=1": ("get", 2),
    "findings?cursor=": ("get", 1),
    "findings?cursor=&limit=1": ("get", 2),
    "findings?offset=5": ("get", 2),
    "findings/{finding}": ("get", 1),
    "tasks": ("get", 1),
    "tasks?limit=1": ("get", 2),
    "tasks?status=backlog": ("get", 1),
    "tasks/{task}": ("get", 1),
    "verifications": ("get", 1),
    "verifications?limit=1": ("get", 2),
    "verifications/{verification}": ("get", 1),
    # One more for each of those that are embedded.
    "findings?include=tasks,dismissal,guard": ("get", 4),
    "tasks?include=finding&include=labels": ("get", 3),
    "verifications?include=state,task": ("get", 2),
    "verifications/{verification}?include=task": ("get", 2),
    "regressions": ("get", 1),
    "findings/{finding}/regressions": ("get", 2),
    "scans": ("get", 1),
    "scans/{scan}": ("get", 1),
    "scans/{scan}/pages": ("get", 3),
    "scans/{scan}/results": ("get", 2),
    "reports": ("get", 1),
    "reports/summary": ("get", 2),
    "command-center": ("get", 3),
    "policies/current": ("get", 1),
    # Not counted; with the oldest first, also the transactions that are not over yet.
    "events": ("get", 1),
    "events?sort=created_at": ("get", 2),
}


def ids(scenario: Scenario) -> dict[str, Any]:
    factories.verification(scenario)
    verification = factories.verification(scenario, checks="passed", open_regressions=1)
    scan = Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    return {
        "verification": verification.pk,
        "task": verification.task_id,
        "finding": verification.task.finding_id,
        "scan": scan.pk,
    }


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
