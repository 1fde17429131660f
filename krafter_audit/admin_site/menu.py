"""The menu of the admin: few entries, and the pages of each as tabs."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

# (title, icon, pages); a page is (title, model).
MENU = (
    ("Findings", "bug_report", (("Findings", "findings.finding"), ("Regressions", "findings.regression"))),
    ("Tasks", "task_alt", (("Tasks", "remediation.task"), ("Campaigns", "campaigns.campaign"))),
    (
        "Reviews",
        "verified",
        (
            ("Verifications", "remediation.verification"),
            ("Guard windows", "assurance.guardwindow"),
            ("Deploys", "assurance.deploy"),
            ("Check reliability", "remediation.checkreliability"),
        ),
    ),
    (
        "Scans",
        "radar",
        (
            ("Scans", "scans.scan"),
            ("Scan results", "scans.scanresult"),
            ("Scan schedules", "scans.scanschedule"),
            ("Sites", "scans.site"),
            ("Site credentials", "scans.sitecredentials"),
        ),
    ),
    ("Reports", "description", (("Reports", "reports.report"), ("Shares", "reports.share"))),
    (
        "Integrations",
        "extension",
        (
            ("Integrations", "integrations.integration"),
            ("Ticket links", "integrations.ticketlink"),
            ("Conflicts", "integrations.syncconflict"),
            ("Sync runs", "integrations.syncrun"),
            ("Webhooks", "integrations.webhook"),
            ("Webhook deliveries", "integrations.webhookdelivery"),
        ),
    ),
    (
        "Alerts",
        "notifications",
        (
            ("Alerts", "notifications.alert"),
            ("Alert destinations", "notifications.destination"),
            ("Unsubscribed addresses", "notifications.unsubscription"),
            ("Webhook endpoints", "notifications.webhookendpoint"),
            ("Event deliveries", "notifications.eventdelivery"),
        ),
    ),
    (
        "Settings",
        "settings",
        (
            ("Policies", "remediation.policy"),
            ("Projects", "accounts.project"),
            ("Members", "accounts.membership"),
            ("API keys", "accounts.apikey"),
            ("Organisations", "accounts.organization"),
            ("Quota", "accounts.quotamonth"),
        ),
    ),
    (
        "Audit log",
        "receipt_long",
        (("Events", "events.event"), ("Bulk changes", "bulk_changes.bulkchange")),
    ),
    (
        "Installation",
        "dns",
        (
            ("Users", "accounts.user"),
            ("Groups", "auth.group"),
            ("Backups", "operations.backup"),
            ("Restore drills", "operations.restoredrill"),
        ),
    ),
)


def may_view(request: HttpRequest, model: str) -> bool:
    app, name = model.split(".")
    return any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("view", "change"))


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar's entries with pages that the user may view."""
    overview = reverse("admin:index")
    items = [{"title": "Overview", "icon": "dashboard", "link": overview, "active": request.path == overview}]
    for title, icon, pages in MENU:
        links = [list_url(model) for _, model in pages if may_view(request, model)]
        if links:
            active = any(request.path.startswith(list_url(model)) for _, model in pages)
            items.append({"title": title, "icon": icon, "link": links[0], "active": active})
    return [{"title": "", "separator": False, "collapsible": False, "items": items}]


def pages_of(request: HttpRequest, model: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the menu entry of a model's page, and its pages that the user may view."""
    for title, _, pages in MENU:
        if model in (name for _, name in pages):
            return title, [
                {"title": name, "link": list_url(page), "active": page == model}
                for name, page in pages
                if may_view(request, page)
            ]
    return "", []


def all_pages(request: HttpRequest) -> list[dict[str, Any]]:
    """Return every list that the user may view, with its menu entry."""
    return [
        {"title": name, "section": title, "link": list_url(model)}
        for title, _, pages in MENU
        for name, model in pages
        if may_view(request, model)
    ]


@cache  # each page of the admin has each of these URLs, some several times
def list_url(model: str) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_changelist")
