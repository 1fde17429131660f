"""The navigation and the dashboard of the admin."""

from typing import Any

from django.contrib.admin import site
from django.db.models import Model, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Project
from events.models import Counter, Event
from findings.models import OPEN_STATUSES

SECTIONS = (
    (
        "Remediation",
        (
            ("Tasks", "task_alt", "remediation.task"),
            ("Verifications", "verified", "remediation.verification"),
            ("Policies", "rule", "remediation.policy"),
            ("Check reliability", "speed", "remediation.checkreliability"),
        ),
    ),
    (
        "Findings",
        (
            ("Findings", "bug_report", "findings.finding"),
            ("Regressions", "history", "findings.regression"),
            ("Scans", "radar", "scans.scan"),
            ("Scan results", "fact_check", "scans.scanresult"),
            ("Scan schedules", "schedule", "scans.scanschedule"),
            ("Sites", "domain_verification", "scans.site"),
            ("Site credentials", "lock_open", "scans.sitecredentials"),
        ),
    ),
    (
        "Reports",
        (("Reports", "description", "reports.report"), ("Shares", "share", "reports.share")),
    ),
    (
        "Integrations",
        (
            ("Integrations", "extension", "integrations.integration"),
            ("Ticket links", "link", "integrations.ticketlink"),
            ("Conflicts", "call_split", "integrations.syncconflict"),
            ("Sync runs", "sync", "integrations.syncrun"),
            ("Webhooks", "webhook", "integrations.webhook"),
            ("Webhook deliveries", "inbox", "integrations.webhookdelivery"),
        ),
    ),
    (
        "Notifications",
        (
            ("Alerts", "notifications", "notifications.alert"),
            ("Alert destinations", "alternate_email", "notifications.destination"),
            ("Webhook endpoints", "webhook", "notifications.webhookendpoint"),
            ("Event deliveries", "outbox", "notifications.eventdelivery"),
        ),
    ),
    (
        "Accounts",
        (
            ("Organisations", "corporate_fare", "accounts.organization"),
            ("Projects", "language", "accounts.project"),
            ("Users", "person", "accounts.user"),
            ("Groups", "group", "auth.group"),
            ("API keys", "key", "accounts.apikey"),
            ("Quota", "data_usage", "accounts.quotamonth"),
        ),
    ),
    (
        "Operations",
        (
            ("Backups", "backup", "operations.backup"),
            ("Restore drills", "settings_backup_restore", "operations.restoredrill"),
        ),
    ),
    ("Audit log", (("Events", "receipt_long", "events.event"),)),
)
MAX_PROJECTS = 20
MAX_EVENTS = 12


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar's sections."""
    sections = []
    for title, pages in SECTIONS:
        items = [
            {"title": name, "icon": icon, "link": reverse(f"admin:{model.replace('.', '_')}_changelist")}
            for name, icon, model in pages
            if _may_view(request, model)
        ]
        if items:
            sections.append({"title": title, "separator": True, "collapsible": False, "items": items})
    return sections


def _may_view(request: HttpRequest, model: str) -> bool:
    app, name = model.split(".")
    return any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("view", "change"))


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    if _may_view(request, "accounts.project"):
        projects = list(_own(request, Project).select_related("organization").order_by("-pk")[:MAX_PROJECTS])
        context["projects"] = project_rows(projects)
    if _may_view(request, "events.event"):
        context["recent_events"] = _own(request, Event).select_related("project").order_by("-pk")[:MAX_EVENTS]
    return context


def _own(request: HttpRequest, model: type[Model]) -> QuerySet[Any]:
    """Return the rows that the user may see."""
    return site.get_model_admin(model).get_queryset(request)


def project_rows(projects: list[Any]) -> list[dict[str, Any]]:
    """Return each project with its counts of findings, tasks and verifications."""
    counts = {project.pk: {"open": 0, "critical": 0, "ready": 0, "pending": 0} for project in projects}
    # Counters and not rows: three queries in all, however large the projects are.
    counters = Counter.objects.filter(project__in=projects, name__in=("finding", "task", "verification"))
    totals = counters.values_list("project_id", "name", "facets").annotate(Sum("rows"))
    for project_id, name, facets, rows in totals:
        row = counts[project_id]
        if name == "finding" and facets["status"] in OPEN_STATUSES:
            row["open"] += rows
            row["critical"] += rows if facets["severity"] == "critical" else 0
        row["ready"] += rows if name == "task" and facets["status"] == "ready_verify" else 0
        row["pending"] += rows if name == "verification" and facets["result"] == "pending" else 0
    return [{"project": project, **counts[project.pk]} for project in projects]
