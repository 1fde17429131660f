"""Asking where things stand."""

from typing import Any

from django.utils import timezone

from accounts.models import Project
from events import tallies
from findings.models import OPEN_STATUSES, Domain, FindingStatus, Scan, Severity
from remediation.models import Task

FACETS = {"severity": Severity.values, "domain": Domain.values, "status": FindingStatus.values}


def command_center(project: Project) -> dict[str, Any]:
    """Return the counts by severity, domain (open findings) and status, the latest scan and the overdue tasks."""
    counted = tallies.all_totals(project.pk, "finding", "task")
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


def overdue(project: Project) -> int:
    """Return how many tasks are not done although their date has passed."""
    late = Task.objects.filter(project=project, sla_due_at__lt=timezone.now()).exclude(
        status=Task.Status.DONE
    )
    return late.count()
