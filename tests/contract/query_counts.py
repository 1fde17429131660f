"""The URLs of the API, and how many SQL statements each needs."""

from typing import Any

from scans.models import Scan
from tests import factories
from tests.factories import Scenario

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
