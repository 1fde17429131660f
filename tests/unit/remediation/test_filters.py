"""Filters of the lists of tasks and verifications."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_every_filter_applies_to_rows_and_total(scenario: Scenario):
    late = timezone.now() - timedelta(hours=1)
    mine = factories.task(scenario, priority="high", owner_id=scenario.owner.pk, sla_due_at=late)
    factories.task(scenario, status="done", sla_due_at=late)
    factories.task(scenario, status="blocked", priority="high")

    def found(query: str) -> tuple[int, int]:
        body = scenario.client.call("get", f"tasks?{query}").json()
        return len(body["data"]), body["meta"]["total"]

    owner = f"owner_id={scenario.owner.pk}"
    counts = {
        "": 3,
        "status=blocked": 1,
        "status=blocked&status=done": 2,
        "priority=high": 2,
        owner: 1,
        f"finding_id={mine.finding_id}": 1,
        "overdue=true": 1,
        "overdue=false": 2,
        "priority=high&overdue=true": 1,
        "priority=low": 0,
        f"{owner}&status=backlog&priority=high": 1,
        f"{owner}&status=done": 0,
        f"{owner}&overdue=true": 1,
    }
    assert {query: found(query) for query in counts} == {
        query: (rows, rows) for query, rows in counts.items()
    }


def test_lists_filter_by_state_and_show_it(scenario: Scenario):
    factories.verification(scenario, checks="passed")
    blocked = factories.verification(scenario, checks="failed")

    body = scenario.client.call("get", "verifications?state=blocked").json()
    plain = scenario.client.call("get", "verifications?result=pending").json()

    assert [(row["id"], row["state"]) for row in body["data"]] == [(str(blocked.pk), "blocked")]
    assert body["meta"]["total"] == 1
    assert (len(plain["data"]), plain["meta"]["total"], "state" in plain["data"][0]) == (2, 2, False)


def test_lists_filter_by_why_a_verification_is_blocked(scenario: Scenario):
    ids = {
        checks: str(factories.verification(scenario, checks=checks).pk)
        for checks in ("failed", "inconclusive", "passed")
    }

    bodies = {
        cause: scenario.client.call("get", f"verifications?blocked_by={cause}").json()
        for cause in ("failed", "inconclusive")
    }

    assert {
        cause: ([row["id"] for row in body["data"]], body["meta"]["total"]) for cause, body in bodies.items()
    } == {"failed": ([ids["failed"]], 1), "inconclusive": ([ids["inconclusive"]], 1)}
