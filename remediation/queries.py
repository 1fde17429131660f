from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import Project
from events.models import Event
from events.totals import counters, history
from events.totals.history import AsOf
from findings.models import OPEN_STATUSES, Domain, FindingStatus, Severity
from findings.queries import rows_by, totals_of
from krafter_audit.db.counting import bounded_count
from krafter_audit.db.sql import fetch_all
from krafter_audit.db.text_search import with_words
from remediation.models import SEARCH_COLUMN, Task, TaskLabel
from scans.models import Scan

MAX_EMBEDDED_TASKS = 25  # of one finding


def search_tasks(rows: QuerySet[Task], text: str) -> QuerySet[Task]:
    """Return the tasks with these words in title, ticket or pull request, or in title, URL or check of the finding."""
    return rows.filter(pk__in=with_words(Task.objects.all(), SEARCH_COLUMN, text).values("pk"))


def newest_tasks_of(finding_ids: Collection[UUID]) -> QuerySet[Task]:
    """Return the newest `MAX_EMBEDDED_TASKS` tasks of each finding."""
    newest_first = [F("created_at").desc(), F("id").desc()]
    place = Window(RowNumber(), partition_by="finding_id", order_by=newest_first)
    rows = Task.objects.filter(finding__in=finding_ids).alias(place=place)
    return rows.filter(place__lte=MAX_EMBEDDED_TASKS).order_by("-created_at", "-id")


def ready_changes(task_id: UUID) -> QuerySet[Event]:
    """Return the events that set a task to ready to verify, its creation among them, newest first."""
    ready = Event.objects.filter(subject_id=task_id, data__after__status=Task.Status.READY_VERIFY.value)
    return ready.order_by("-id")


def labels_of(task_ids: Collection[UUID]) -> dict[str, list[str]]:
    """Return the sorted labels of each task that has any."""
    found: dict[str, list[str]] = {}
    rows = TaskLabel.objects.filter(tasks__in=task_ids).order_by("name").values_list("tasks", "name")
    for task_id, name in rows:
        found.setdefault(str(task_id), []).append(name)
    return found


def command_center(project: Project, as_of: AsOf | None) -> dict[str, Any]:
    """Return the counts of findings and tasks and the latest scan, now or as of a moment."""
    counted = totals_of(project, "finding", "task", as_of=as_of)
    still_open = [group for group in counted["finding"] if group[0]["status"] in OPEN_STATUSES]
    return {
        "findings_by_severity": rows_by("severity", Severity.values, still_open),
        "findings_by_domain": rows_by("domain", Domain.values, still_open),
        "findings_by_status": rows_by("status", FindingStatus.values, counted["finding"]),
        "tasks_by_status": rows_by("status", Task.Status.values, counted["task"]),
        "open_findings": sum(rows for _, rows, _ in still_open),
        "overdue_tasks": count_overdue_tasks_at(project, as_of) if as_of else count_overdue_tasks(project),
        "latest_scan": latest_scan_at(project, as_of) if as_of else _scans(project).first(),
    }


def _scans(project: Project) -> QuerySet[Scan]:
    return Scan.objects.filter(project=project).order_by("-created_at", "-id")


# A counter has the tasks that are due before a quarter of a day; an index counts those due later in that quarter.
# A counter by hour would have six times as many rows; one by day would leave a whole day to the index.
COUNT_DUE_BEFORE = """
    SELECT (
        SELECT coalesce(sum(rows), 0) FROM events_counter
        WHERE project_id = ANY(%(projects)s) AND name = 'due' AND day < %(today)s
    ) + (
        SELECT coalesce(sum(rows), 0) FROM events_counter
        WHERE project_id = ANY(%(projects)s) AND name = 'due' AND day = %(today)s
            AND (facets ->> 'quarter')::int < %(quarter)s
    ) + (
        SELECT count(*) FROM remediation_task
        WHERE project_id = ANY(%(projects)s) AND status <> 'done' AND sla_due_at >= %(since)s
            AND sla_due_at < %(now)s
    )
"""


def count_due_before(project_ids: Collection[UUID], moment: datetime) -> int:
    """Return the number of open tasks that are due before a moment."""
    now = moment.astimezone(UTC)
    quarter = now.hour // 6
    since = now.replace(hour=quarter * 6, minute=0, second=0, microsecond=0)
    params = {
        "projects": list(project_ids),
        "today": now.date(),
        "quarter": quarter,
        "since": since,
        "now": now,
    }
    [(due,)] = fetch_all(COUNT_DUE_BEFORE, params, model=Task)
    return int(due)


def count_overdue_tasks(project: Project) -> int:
    """Return the number of open tasks whose due date has passed."""
    return count_due_before([project.pk], timezone.now())


# The tasks that are due on the day of the moment are counted as they are now, less what has changed since: an index has
# the few of them, while the recorded changes before it are of tasks that are due on any day.
COUNT_OVERDUE_AT = history.select_recorded("""
    SELECT (
        SELECT coalesce(sum(rows), 0) FROM recorded WHERE name = 'due' AND due_on < %(day)s
    ) + (
        SELECT count(*) FROM remediation_task
        WHERE project_id = %(project)s AND status <> 'done' AND sla_due_at >= %(start)s
            AND sla_due_at < %(instant)s
    ) - (
        SELECT coalesce(sum(rows), 0) FROM events_counterchange
        WHERE project_id = %(project)s AND due_at >= %(start)s AND due_at < %(instant)s AND at >= %(moment)s
    )
""")


def count_overdue_tasks_at(project: Project, as_of: AsOf) -> int:
    """Return the number of tasks that were open at a moment, and overdue then."""
    start = history.midnight(as_of.instant)
    params = {
        "project": project.pk,
        "moment": as_of.before,
        "instant": as_of.instant,
        "start": start,
        "day": start.date(),
    }
    [(due,)] = fetch_all(COUNT_OVERDUE_AT, params, model=Task)
    return int(due)


def task_counts(project: Project, filters: Mapping[str, Any], as_of: AsOf | None) -> dict[str, Any]:
    """Return the number of tasks by status and priority that match these filters and `owner_id`."""
    owner = filters.get("owner_id")
    name = "owner" if owner else "task"
    if as_of:
        counted = history.totals_at(project.pk, as_of, name, owner_id=owner)[name]
    else:
        counted = (
            counters.totals_of_owner(project.pk, name, owner) if owner else counters.totals(project.pk, name)
        )
    counted = counters.filter_totals(counted, filters)
    return {
        "total": sum(rows for _, rows, _ in counted),
        "by_status": rows_by("status", Task.Status.values, counted),
        "by_priority": rows_by("priority", Severity.values, counted),
    }


def latest_scan_at(project: Project, as_of: AsOf) -> Scan | None:
    """Return the newest scan of a moment with its status then."""
    scan = _scans(project).filter(created_at__lt=as_of.before).first()
    if scan is None or (scan.finished_at and scan.finished_at < as_of.before):
        return scan
    started_at = scan.started_at if scan.started_at and scan.started_at < as_of.before else None
    return Scan(
        id=scan.pk,
        project=project,
        url=scan.url,
        trigger=scan.trigger,
        status=Scan.Status.RUNNING if started_at else Scan.Status.QUEUED,
        started_at=started_at,
        created_at=scan.created_at,
        updated_at=started_at or scan.created_at,
    )


def count_tasks(project: Project, filters: Mapping[str, Any], rows: QuerySet[Task]) -> int | None:
    """Return the number of tasks that match, from a counter if possible; None if more than 10,000 must be counted."""
    facets = {name: filters[name] for name in ("status", "priority") if name in filters}
    rest = set(filters) - set(facets)
    if not rest:
        return counters.count(project.pk, "task", facets)
    if rest == {"owner_id"}:
        return counters.count(project.pk, "owner", facets, owner_id=filters["owner_id"])
    if set(filters) == {"overdue"}:
        late = count_overdue_tasks(project)
        return late if filters["overdue"] == "true" else counters.count(project.pk, "task") - late
    return bounded_count(rows)
