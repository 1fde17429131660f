"""The admin as a whole: its sections, its first page, and the one policy of content that it needs."""

from typing import Any

from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

SECTIONS = (
    (
        "Remediation",
        (
            ("Tasks", "task_alt", "remediation.task"),
            ("Verifications", "verified", "remediation.verification"),
            ("Policies", "rule", "remediation.policy"),
            ("Checks", "speed", "remediation.checkreliability"),
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
            ("Access to sites", "lock_open", "scans.sitecredentials"),
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
            ("Linked tickets", "link", "integrations.externallink"),
            ("Conflicts", "call_split", "integrations.conflict"),
            ("Sync runs", "sync", "integrations.syncrun"),
            ("Webhooks", "webhook", "integrations.hook"),
            ("Deliveries", "inbox", "integrations.delivery"),
            ("Alerts", "notifications", "integrations.alert"),
            ("Destinations of alerts", "alternate_email", "integrations.destination"),
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
    ("Record", (("Events", "receipt_long", "events.event"),)),
)
PROJECTS_SHOWN = 20
EVENTS_SHOWN = 12


class Site(UnfoldAdminSite):
    """The admin. Its scripts evaluate expressions and style inline: its own pages allow both."""

    settings_name = "UNFOLD"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let every page of the admin have the admin's policy."""
        return super().admin_view(csp_override(settings.ADMIN_CSP)(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let the way in have it too."""
        response: HttpResponse = csp_override(settings.ADMIN_CSP)(super().login)(request, extra_context)
        return response


class SiteConfig(AdminConfig):
    """`django.contrib.admin` with this site as the one that rooms register with."""

    default_site = "krafter_audit.admin_site.Site"


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sections of the sidebar with the lists that this person may see."""
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


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add where the newest projects stand and what happened last: three statements, whatever there is."""
    from accounts.models import Project
    from events.models import Event

    if _may_view(request, "accounts.project"):
        projects = list(Project.objects.select_related("organization").order_by("-pk")[:PROJECTS_SHOWN])
        context["standing"] = standing(projects)
    if _may_view(request, "events.event"):
        context["happenings"] = Event.objects.select_related("project").order_by("-pk")[:EVENTS_SHOWN]
    return context


def standing(projects: list[Any]) -> list[dict[str, Any]]:
    """Return for each project: open and critical findings, tasks that wait for a look, pending verdicts."""
    from events.models import Tally
    from findings.models import OPEN_STATUSES

    counts = {project.pk: {"open": 0, "critical": 0, "ready": 0, "pending": 0} for project in projects}
    tallies = Tally.objects.filter(project__in=projects, kind__in=("finding", "task", "verification"))
    for project, kind, facets, rows in tallies.values_list("project_id", "kind", "facets").annotate(
        Sum("rows")
    ):
        stands = counts[project]
        if kind == "finding" and facets["status"] in OPEN_STATUSES:
            stands["open"] += rows
            stands["critical"] += rows if facets["severity"] == "critical" else 0
        stands["ready"] += rows if facets.get("status") == "ready_verify" and kind == "task" else 0
        stands["pending"] += rows if facets.get("result") == "pending" else 0
    return [{"project": project, **counts[project.pk]} for project in projects]
