"""The first page of the admin, and the links of the account menu."""

from typing import Any

from django.contrib.admin import site
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Project
from events import activity
from events.models import Event
from findings.models import OPEN_STATUSES
from krafter_audit.admin.base import staff_of
from krafter_audit.admin.project_scope import chosen_project
from krafter_audit.admin_site import overview
from krafter_audit.admin_site.menu import list_url, may_view

MAX_PROJECTS = 20
MAX_EVENTS = 12  # lines of recent activity


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    if not request.user.is_authenticated:
        return []
    links = [
        ("Time zone", "time_zone"),
        ("Sessions", "usersessions_list"),
        ("Organisations", "organizations"),
    ]
    # Other users sign in at the identity provider, with its second factor.
    if request.user.has_usable_password():
        links = [("Change the password", "admin:password_change"), ("Second factor", "mfa_index"), *links]
    return [{"title": title, "link": reverse(name)} for title, name in links]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the overview of the user's organisations and of the models that they may view."""
    visible, chosen = Project.objects.visible_to(staff_of(request)), chosen_project(request)
    visible = visible.filter(pk=chosen.pk) if chosen else visible
    projects = list(visible.select_related("organization").order_by("-pk"))
    ids = [project.pk for project in projects]
    counts = overview.Counts(ids)
    context["title"] = "Overview"
    context["cards"] = _cards(request, ids, counts, visible)
    if staff_of(request).is_superuser:  # who runs the installation
        context["redis_answers"], context["unlimited_requests"] = overview.unlimited_requests()
    if may_view(request, "remediation.task"):
        context["my_work"] = overview.my_work(staff_of(request), visible)
    if may_view(request, "remediation.verification"):
        ready = counts.count("verification", state=["ready"])
        # If there are none, the search for them would read all verifications.
        context["reviews"] = overview.ready_to_approve(visible) if ready else []
    if may_view(request, "findings.finding"):
        context["matrix"] = overview.severity_matrix(counts)
        context["burn_down"] = overview.burn_down(ids)
    if may_view(request, "scans.scan"):
        context["scans"] = overview.recent_scans(visible)
        context["queues"] = overview.queues(visible)
    if may_view(request, "accounts.project"):
        context["projects"] = [
            {"project": project, **counts.project_counts(project.pk)} for project in projects[:MAX_PROJECTS]
        ]
        context["more_projects"] = max(0, len(projects) - MAX_PROJECTS)
        context["quota"] = overview.quota_rows(visible)
        context["onboarding"] = overview.onboarding(staff_of(request), projects, counts)
    if may_view(request, "events.event"):
        events = site.get_model_admin(Event).get_queryset(request)
        events = events.filter(project=chosen) if chosen else events
        # Sign-ins are in the audit log; here they would hide the work.
        events = events.exclude(name__startswith="sign_in.")
        context["activity"] = activity.recent(events.select_related("project"), MAX_EVENTS)
    return context


def _cards(
    request: HttpRequest, ids: list[Any], counts: overview.Counts, visible: QuerySet[Project]
) -> list[dict[str, Any]]:
    late, soon = overview.due_counts(ids) if may_view(request, "remediation.task") else (0, 0)
    failing = overview.failing_integrations(visible) if may_view(request, "integrations.integration") else 0
    critical = counts.count("finding", severity=["critical"], status=OPEN_STATUSES)
    ready = counts.count("verification", state=["ready"])
    cards = (
        ("Critical, open", critical, "findings.finding", "quick=open&severity__exact=critical", "danger"),
        ("Overdue", late, "remediation.task", "quick=overdue", "danger"),
        ("Due in 48 h", soon, "remediation.task", "quick=due_soon", "warning"),
        ("Ready to approve", ready, "remediation.verification", "quick=ready", "info"),
        (
            "Integration failing" if failing == 1 else "Integrations failing",
            failing,
            "integrations.integration",
            "status__exact=error",
            "danger",
        ),
    )
    return [
        {
            "title": title,
            "number": number,
            "href": f"{list_url(model)}?{query}",
            "tone": tone if number else "none",
        }
        for title, number, model, query, tone in cards
        if may_view(request, model)
    ]
