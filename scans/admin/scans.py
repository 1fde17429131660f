"""Scans in the admin: how far they have come, what each page and each check said, and when the next one is due."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin import ProjectAdmin, operator
from accounts.models import Project
from findings.models import Domain
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    PRIMARY,
    SUCCESS,
    WARNING,
    AutocompleteFilter,
    ReadOnlyAdmin,
    ServiceModelAdmin,
    badge_column,
    render_json,
)
from scans.admin.forms import ScanForm
from scans.models import OUTCOMES, Scan, ScanResult, ScanSchedule
from scans.queries import pages_of
from scans.services import scans

STATUSES = {"queued": WARNING, "running": INFO, "completed": SUCCESS, "failed": DANGER}
SAID = {"passed": SUCCESS, "failed": DANGER, "inconclusive": WARNING, "not_applicable": PRIMARY}
LOOK_AGAIN = 5  # seconds after which the page of a scan that is under way is fetched anew
COUNTED = ("findings_created", "findings_updated", "regressions", "regressions_suspected")


def numbers(outcomes: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Return for each outcome its word, how it is written, and how many checks said so."""
    return [(word, word.replace("_", " "), outcomes.get(word, 0)) for word in OUTCOMES]


@admin.action(description="Scan now", permissions=["operate"])
def scan_now(page: ProjectAdmin, request: HttpRequest, projects: QuerySet[Project]) -> None:
    """Queue a scan of each project."""

    def scan(project: Project) -> str:
        queued = scans.run(project, url=None, trigger=Scan.Trigger.MANUAL, by=operator(request))
        return f"a scan of {queued.url} is queued."

    page.run_for_each(request, projects, scan)


ProjectAdmin.actions.append(scan_now)


@admin.register(Scan)
class ScanAdmin(ServiceModelAdmin):
    """Looks at whole sites."""

    form = ScanForm
    list_display = (
        "url", "project", "trigger", badge_column("status", STATUSES), "progress", "created_at", "finished_at",
    )  # fmt: skip
    list_filter = ("status", "trigger", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^url",)
    autocomplete_fields = ("project",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Ask little, show all."""
        return ("project", "url") if obj is None else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show first how it went, then what it was."""
        if obj is None:
            return super().get_fieldsets(request, obj)
        about = ("project", "url", "trigger", "requested_by", "created_at", "started_at", "finished_at")
        return [(None, {"fields": ("how_it_goes", "pages")}), ("What was asked for", {"fields": about})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A scan that was asked for is read."""
        if obj is None:
            return ()
        return tuple(name for _, part in self.get_fieldsets(request, obj) for name in part["fields"])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The worker alone writes scans."""
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a scan; one that is under way is shown anew after some seconds."""
        response = super().change_view(request, object_id, *args, **kwargs)
        shown = getattr(response, "context_data", None) or {}
        scan = shown.get("original")
        if isinstance(scan, Scan) and scan.finished_at is None:
            response["Refresh"] = str(LOOK_AGAIN)
        return response

    @admin.display(description="pages")
    def progress(self, scan: Scan) -> str:
        """Show for each scanner how many pages are done of those that were found."""
        told = scan.summary.get("progress") or {}
        return ", ".join(
            f"{name} {one['pages_done']}/{one['pages_found']}"
            for name, one in sorted(told.items(), reverse=True)
        )

    @admin.display(description="outcome")
    def how_it_goes(self, scan: Scan) -> str:
        """Show how far it has come and what was found."""
        domains = scan.summary.get("domains") or {}
        return render_to_string(
            "admin/scans/scan/outcome.html",
            {
                "scan": scan,
                "progress": sorted((scan.summary.get("progress") or {}).items(), reverse=True),
                "counts": [
                    (name.replace("_", " "), scan.summary[name]) for name in COUNTED if name in scan.summary
                ],
                "domains": [
                    (
                        Domain(name).label,
                        [one[1:] for one in numbers(domains[name])],
                        domains[name].get("error"),
                    )
                    for name in Domain.values
                    if name in domains
                ],
            },
        )

    @admin.display(description="pages")
    def pages(self, scan: Scan) -> str:
        """Show the pages with what their checks said, and lead to each check's answer."""
        results = reverse("admin:scans_scanresult_changelist")
        shown: dict[str, Any] = {}
        for page in pages_of(scan):
            looks = shown.setdefault(page.url, (page.url, page.note, []))[2]
            looks.append((page, numbers(page.outcomes)))  # type: ignore[attr-defined]  # by `pages_of`
        context = {"scan": scan, "pages": shown.values(), "results": results}
        return render_to_string("admin/scans/scan/pages.html", context)

    def save_model(self, request: HttpRequest, obj: Scan, form: Any, change: bool) -> None:
        """Queue the scan."""
        url = form.validated.get("url")
        scan = scans.run(obj.project, url=url, trigger=Scan.Trigger.MANUAL, by=operator(request))
        obj.__dict__.update(scan.__dict__)


@admin.register(ScanResult)
class ScanResultAdmin(ReadOnlyAdmin):
    """What each check said of each page."""

    list_display = ("check_key", badge_column("outcome", SAID), "page", "measured", "why", "seen_at")
    list_filter = ("outcome",)
    list_select_related = ("page",)
    search_help_text = "The id of a scan, or how the key of a check begins."
    search_fields = ("^key",)
    uuid_search_field = "scan"
    fields = (
        "scan", "page", "check_key", "version", "outcome", "reason", "measured", "samples", "profile", "tools",
        "duration_ms", "seen_at", "what_was_seen",
    )  # fmt: skip
    readonly_fields = ("check_key", "measured", "what_was_seen")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let the page of a scan lead to its results, and to those of one of its pages."""
        return lookup in ("scan__id__exact", "page__id__exact") or super().lookup_allowed(
            lookup, value, request
        )

    @admin.display(description="check")
    def check_key(self, result: ScanResult) -> str:
        """Show the key."""
        return result.key

    @admin.display(description="measured")
    def measured(self, result: ScanResult) -> str:
        """Show a number with its unit and its threshold."""
        if not isinstance(result.value, int | float):
            return ""
        return f"{result.value:g} {result.unit}" + (f" (of {result.threshold:g})" if result.threshold else "")

    @admin.display(description="why")
    def why(self, result: ScanResult) -> str:
        """Show the sentence."""
        return str(result.evidence.get("detail", ""))[:150]

    @admin.display(description="evidence")
    def what_was_seen(self, result: ScanResult) -> str:
        """Show it over many lines."""
        return render_json(result.evidence)


@admin.register(ScanSchedule)
class ScanScheduleAdmin(ReadOnlyAdmin):
    """When projects are scanned by themselves: their policies say so."""

    list_display = ("project", "rhythm", "next_at", "last_at", "note")
    list_filter = ("rhythm", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug",)
    fields = ("project", "policy", "rhythm", "weekday", "hour", "minute", "next_at", "last_at", "note")
    readonly_fields = ("policy",)

    @admin.display(description="said by")
    def policy(self, schedule: ScanSchedule) -> str:
        """Lead to the policy."""
        return format_html(
            '<a class="text-primary-600" href="{}?project__id__exact={}">The project\'s policy</a>',
            reverse("admin:remediation_policy_changelist"),
            schedule.project_id,
        )
