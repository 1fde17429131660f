"""Filters of the tasks list."""

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

    def ids(query: str) -> tuple[int, int]:
        body = scenario.client.call("get", f"tasks?{query}").json()
        return len(body["data"]), body["meta"]["total"]

    assert ids("") == (3, 3)
    assert ids("status=blocked") == (1, 1)
    assert ids("status=blocked&status=done") == (2, 2)
    assert ids("priority=high") == (2, 2)
    assert ids(f"owner_id={scenario.owner.pk}") == (1, 1)
    assert ids(f"finding_id={mine.finding_id}") == (1, 1)
    assert ids("overdue=true") == (1, 1)
    assert ids("overdue=false") == (2, 2)
    assert ids("priority=high&overdue=true") == (1, 1)
    assert ids("priority=low") == (0, 0)
    assert ids(f"owner_id={scenario.owner.pk}&status=backlog&priority=high") == (1, 1)
    assert ids(f"owner_id={scenario.owner.pk}&status=done") == (0, 0)
    assert ids(f"owner_id={scenario.owner.pk}&overdue=true") == (1, 1)
