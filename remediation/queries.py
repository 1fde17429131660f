"""Counts of tasks and findings for lists and the command center."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Project
from events import counters
from findings.models import OPEN_STATUSES, Domain, FindingStatus, Severity
from krafter_audit.db.counting import bounded_count
from krafter_audit.db.sql import fetch_all
from remediation.models import Task
from scans.models import Scan

FACETS = {"severity": Severity.values, "domain": Domain.values, "status": FindingStatus.values}


def command_center(project: Project) -> dict[str, Any]:
    counted = counters.all_totals(project.pk, "finding", "task")
    counts = counted["finding"]
    still_open = [(facets, rows) for facets, rows, _ in counts if facets["status"] in OPEN_STATUSES]
    every = [(facets, rows) for facets, rows, _ in counts]
    tasks = [(facets, rows) for facets, rows, _ in counted["task"]]
    return {
        "findings_by_severity": _by("severity", Severity.values, still_open),
        "findings_by_domain": _by("domain", Domain.values, still_open),
        "findings_by_status": _by("status", FindingStatus.values, every),
        "tasks_by_status": _by("status", Task.Status.values, tasks),
        "open_findings": sum(rows for _, rows in still_open),
        "overdue_tasks": overdue(project),
        "latest_scan": Scan.objects.filter(project=project).order_by("-created_at", "-id").first(),
    }


def _by(facet: str, values: list[str], counts: list[tuple[dict[str, str], int]]) -> dict[str, int]:
    return {value: sum(rows for facets, rows in counts if facets[facet] == value) for value in values}


# A counter has the tasks that were due before the present quarter of the day; those due since are counted by an index.
# A counter by hour would have six times as many rows; one by day would leave a whole day to the index.
OVERDUE = """
    SELECT (
        SELECT coalesce(sum(rows), 0) FROM events_counter
        WHERE project_id = %(project)s AND name = 'due' AND day < %(today)s
    ) + (
        SELECT coalesce(sum(rows), 0) FROM events_counter
        WHERE project_id = %(project)s AND name = 'due' AND day = %(today)s
            AND (facets ->> 'quarter')::int < %(quarter)s
    ) + (
        SELECT count(*) FROM remediation_task
        WHERE project_id = %(project)s AND status <> 'done' AND sla_due_at >= %(since)s AND sla_due_at < %(now)s
    )
"""


def overdue(project: Project) -> int:
    """Return the number of tasks that are not done and whose due date has passed."""
    now = timezone.now().astimezone(UTC)
    quarter = now.hour // 6
    since = now.replace(hour=quarter * 6, minute=0, second=0, microsecond=0)
    params = {"project": project.pk, "today": now.date(), "quarter": quarter, "since": since, "now": now}
    [(late,)] = fetch_all(OVERDUE, params, model=Task)
    return int(late)


def count_tasks(project: Project, filters: Mapping[str, Any], rows: QuerySet[Task]) -> int | None:
    """Return the number of tasks that match the filters: from a counter if there is one, else by counting `rows`.

    None if more than 10,000 would have to be counted.
    """
    facets = {name: filters[name] for name in ("status", "priority") if name in filters}
    rest = set(filters) - set(facets)
    if not rest:
        return counters.count(project.pk, "task", facets)
    if rest == {"owner_id"}:
        return counters.count(project.pk, "owner", facets, owner_id=filters["owner_id"])
    if set(filters) == {"overdue"}:
        late = overdue(project)
        return late if filters["overdue"] == "true" else counters.count(project.pk, "task") - late
    return bounded_count(rows)
