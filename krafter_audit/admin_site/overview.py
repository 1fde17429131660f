"""The numbers and lists of the admin's first page. Counts come from counters, at constant cost."""

from collections.abc import Collection
from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import redis
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Project, QuotaMonth, User, month_of
from accounts.quota import next_month
from events.totals import counters
from events.totals.counters import Totals
from findings.models import LARGE_FIELDS, OPEN_STATUSES, Domain, Severity
from integrations.models import Integration
from krafter_audit.api.throttling import unchecked_requests
from krafter_audit.api.throttling.unchecked_requests import UncheckedRequests
from krafter_audit.db import redis_client
from operations.queues import due_outbox_entries, due_syncs, measure, unfinished_scan_parts
from remediation import queries
from remediation.models import Task, Verification, VerificationPart
from reports.forecast.queries import critical_forecast
from reports.models import Share
from reports.presentation import chart, forecast
from scans.models import Scan, Site

DUE_SOON = timedelta(hours=48)  # as in the list of tasks
BURN_DOWN_DAYS = 30
MAX_ROWS, MAX_SCANS = 8, 40
STALLED_SECONDS = 600.0  # the age of a queue's oldest row at which the overview marks it
COUNTER_NAMES = ("finding", "task", "verification", "scan")


class Counts:
    def __init__(self, project_ids: Collection[UUID]) -> None:
        self.by_project = counters.totals_by_project(project_ids, *COUNTER_NAMES)

    def totals(self, name: str, project_id: UUID | None = None) -> Totals:
        """Return the totals of a counter, of one project or all."""
        by_project = self.by_project[name]
        if project_id is not None:
            return by_project.get(project_id, [])
        return list(chain.from_iterable(by_project.values()))

    def count(self, name: str, project_id: UUID | None = None, **facets: Collection[str]) -> int:
        """Return how many rows have one of the values of each facet."""
        return sum(rows for _, rows, _ in counters.filter_totals(self.totals(name, project_id), facets))

    def project_counts(self, project_id: UUID) -> dict[str, int]:
        return {
            "open": self.count("finding", project_id, status=OPEN_STATUSES),
            "critical": self.count("finding", project_id, status=OPEN_STATUSES, severity=[Severity.CRITICAL]),
            "ready": self.count("task", project_id, status=[Task.Status.READY_VERIFY]),
            "pending": self.count("verification", project_id, state=["ready"]),
        }


def severity_matrix(counts: Counts) -> list[tuple[Domain, list[tuple[Severity, int]], int]]:
    """Return the open findings by domain and severity, with the sum of each row."""
    table = {domain: dict.fromkeys(Severity, 0) for domain in Domain}
    for facets, rows, _ in counts.totals("finding"):
        if facets["status"] in OPEN_STATUSES:
            table[Domain(facets["domain"])][Severity(facets["severity"])] += rows
    return [(domain, list(row.items()), sum(row.values())) for domain, row in table.items()]


def due_counts(project_ids: Collection[UUID]) -> tuple[int, int]:
    """Return how many tasks are overdue, and due within 48 hours."""
    now = timezone.now()
    overdue = queries.count_due_before(project_ids, now)
    return overdue, queries.count_due_before(project_ids, now + DUE_SOON) - overdue


def burn_down(project_ids: Collection[UUID]) -> dict[str, Any]:
    """Return the open risk by day as a chart, sentences and a table, from the first score on."""
    today = timezone.now().date()
    days = counters.risk_by_day(project_ids, today - timedelta(days=BURN_DOWN_DAYS - 1), today)
    series = [{"date": day.isoformat(), "open_risk_score": score} for day, score in days]
    first = next((index for index, point in enumerate(series) if point["open_risk_score"]), len(series) - 1)
    shown = series[max(first - 1, 0) :]
    drawing = chart.burn_down(shown, width=640, height=220, template="admin/overview/burn_down.svg")
    return {
        "svg": drawing,
        "sentence": chart.describe(shown),
        "forecast": forecast.describe(critical_forecast(project_ids)),
        "days": list(reversed(shown)),
    }


def my_work(user: User, projects: QuerySet[Project]) -> list[Task]:
    """Return the user's open tasks, first due first."""
    mine = Task.objects.filter(owner=user, project__in=projects).exclude(status=Task.Status.DONE)
    mine = mine.select_related("project", "finding").prefetch_related("sla_pauses")
    mine = mine.defer(*(f"finding__{name}" for name in LARGE_FIELDS))
    return list(mine.order_by(F("sla_due_at").asc(nulls_last=True), "pk")[:MAX_ROWS])


def ready_to_approve(projects: QuerySet[Project]) -> list[Verification]:
    """Return approvable verifications, newest first."""
    rows = Verification.objects.filter(project__in=projects, state="ready")
    rows = rows.select_related("project", "task__finding")
    rows = rows.defer(*(f"task__finding__{name}" for name in LARGE_FIELDS))
    return list(rows.order_by("-pk")[:MAX_ROWS])


def recent_scans(projects: QuerySet[Project]) -> list[Scan]:
    """Return the newest scans, oldest first."""
    rows = Scan.objects.filter(project__in=projects).select_related("project").order_by("-pk")
    return list(reversed(rows[:MAX_SCANS]))


def quota_rows(projects: QuerySet[Project]) -> list[dict[str, Any]]:
    """Return this month's use, and limit if any, of each of the projects' organisations."""
    month = month_of(timezone.now().date())
    rows = QuotaMonth.objects.filter(month=month, organization__in=projects.values("organization"))
    return [
        {
            "organization": row.organization,
            "spent": row.spent,
            "limit": row.organization.ai_quota,
            "percent": min(100, round(100 * row.spent / row.organization.ai_quota))
            if row.organization.ai_quota
            else None,
            "resets_at": next_month(),
        }
        for row in rows.select_related("organization").order_by("-spent")[:MAX_ROWS]
    ]


def queues(projects: QuerySet[Project]) -> list[dict[str, Any]]:
    """Return how much work of each kind is due, and since when."""
    verifications = VerificationPart.objects.filter(
        finished_at__isnull=True, verification__project__in=projects
    )
    kinds: list[tuple[str, QuerySet[Any], str]] = [
        ("Scans", unfinished_scan_parts().filter(scan__project__in=projects), "progressed_at"),
        ("Verifications", verifications, "created_at"),
        ("Syncs", due_syncs().filter(project__in=projects), "not_before"),
        ("Events to deliver", due_outbox_entries().filter(project__in=projects), "not_before"),
    ]
    found = [measure(*kind) for kind in kinds]
    return [
        {
            "name": work.kind,
            "depth": work.rows,
            "oldest": work.oldest,
            "stalled": work.age_seconds > STALLED_SECONDS,
        }
        for work in found
    ]


def unlimited_requests() -> tuple[bool, UncheckedRequests | None]:
    """Return whether Redis takes writes, and the last day's requests without a rate limit."""

    def find(server: redis.Redis) -> tuple[bool, UncheckedRequests | None]:
        redis_client.require_writes(server)
        return True, unchecked_requests.find(server)

    unknown: tuple[bool, UncheckedRequests | None] = (False, None)
    return redis_client.call_or_default(find, unknown)


def failing_integrations(projects: QuerySet[Project]) -> int:
    return Integration.objects.filter(status=Integration.Status.ERROR, project__in=projects).count()


def onboarding(user: User, projects: list[Project], counts: Counts) -> list[dict[str, Any]]:
    """Return the first steps, whether each is done, and its URL if the user may do it.

    Empty after a scan, a task and a share, and for a user who may do none.
    """
    ids = [project.pk for project in projects]
    # Both tables have few rows for each project.
    sites = Site.objects.filter(project__in=ids).aggregate(
        added=Count("pk"), verified=Count("pk", filter=Q(verified_at__isnull=False))
    )
    shared = Share.objects.filter(project__in=ids).exists()
    verify = "admin:scans_site_changelist" if sites["added"] else "admin:scans_site_add"
    steps = [
        ("Add a project", bool(projects), "admin:accounts_project_add", "accounts.add_project"),
        ("Verify that you own its site", bool(sites["verified"]), verify, "scans.add_site"),
        ("Run the first scan", counts.count("scan") > 0, "admin:scans_scan_add", "scans.add_scan"),
        (
            "Create the first task",
            counts.count("task") > 0,
            "admin:findings_finding_changelist",
            "remediation.add_task",
        ),
        ("Share a report", shared, "admin:reports_report_changelist", "reports.change_report"),
    ]
    allowed = {permission for *_, permission in steps if user.has_perm(permission)}
    # Sites in the networks of the operator are not verified.
    if not allowed or all(done for _, done, *_ in steps[2:]):
        return []
    return [
        {"title": title, "done": done, "url": reverse(url) if permission in allowed else ""}
        for title, done, url, permission in steps
    ]
