"""The frequent reads of the API, and how many SQL statements each needs."""

from typing import Any

from scans.models import Scan
from tests import factories
from tests.factories import Scenario

COUNTS = {
    # The list or row itself, and the total of a list that has another page.
    "findings": 1,
    "findings?limit=1": 2,
    "findings?severity=high&status=new": 1,
    "findings?severity=high&status=new&limit=1": 2,
    "findings?cursor=": 1,
    "findings?cursor=&limit=1": 2,
    "findings?offset=5": 2,
    "findings/{finding}": 1,
    "tasks": 1,
    "tasks?limit=1": 2,
    "tasks?status=backlog": 1,
    "tasks/{task}": 1,
    "verifications": 1,
    "verifications?limit=1": 2,
    "verifications/{verification}": 1,
    # One more query for each embedded row.
    "findings?include=tasks,dismissal,guard": 4,
    "tasks?include=finding&include=labels": 3,
    "verifications?include=state,task": 2,
    "verifications/{verification}?include=task": 2,
    "regressions": 1,
    "findings/{finding}/regressions": 2,
    "scans": 1,
    "scans/{scan}": 1,
    "scans/{scan}/pages": 3,
    "scans/{scan}/results": 2,
    "reports": 1,
    "reports/summary": 2,
    "command-center": 3,
    "policies/current": 1,
    # Not counted; with the oldest first, also the transactions that are not over yet.
    "events": 1,
    "events?sort=created_at": 2,
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
