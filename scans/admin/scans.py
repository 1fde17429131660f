from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from accounts.admin import ProjectAdmin
from accounts.admin.actor import staff_actor
from accounts.models import Project
from findings.models import Domain
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin, badge_column, copy_row
from scans.admin.forms import ScanForm
from scans.models import OUTCOMES, Scan, Scanner
from scans.queries import pages_of
from scans.services import scans

STATUS_COLOURS = {"queued": "warning", "running": "info", "completed": "success", "failed": "danger"}
FINDING_COUNTS = (
    ("findings_created", "New findings"),
    ("findings_updated", "Seen again"),
    ("regressions", "Regressions"),
    ("regressions_suspected", "Suspected regressions"),
)


def outcome_counts(counts: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    return [(outcome, outcome.replace("_", " "), counts.get(outcome, 0)) for outcome in OUTCOMES]


@row_action("Scan now")
def scan_now(page: ProjectAdmin, request: HttpRequest, project: Project) -> str:
    queued = scans.run(project, by=staff_actor(request))
    return f"a scan of {queued.url} is queued."


ProjectAdmin.actions.append(scan_now)


@admin.register(Scan)
class ScanAdmin(ServiceModelAdmin):
    form = ScanForm
    list_display = (
        "url", "project", "trigger", badge_column("status", STATUS_COLOURS), "progress", "created_at", "finished_at",
    )  # fmt: skip
    list_filter = ("status", "trigger", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("^url",)
    autocomplete_fields = ("project",)
    change_form_template = "admin/scans/scan/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("project", "url") if obj is None else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def describe_row(self, row: Scan) -> str:
        return row.url

    def is_in_progress(self, row: Scan) -> bool:
        return row.finished_at is None

    @admin.display(description="pages")
    def progress(self, scan: Scan) -> str:
        counted = (
            f"{label} {counts['pages_done']} of {counts['pages_found']}"
            for label, counts in _progress_sections(scan)
        )
        return ", ".join(counted) or "-"

    def detail_context(self, request: HttpRequest, row: Scan) -> dict[str, Any]:
        return {
            "progress": _progress_sections(row),
            "counts": [(label, row.summary[name]) for name, label in FINDING_COUNTS if name in row.summary],
            "outcomes": [label for _, label, _ in outcome_counts({})],
            "domains": _domain_rows(row.summary.get("domains") or {}),
            "pages": _pages(row),
            "results": reverse("admin:scans_scanresult_changelist"),
            "previous": _previous_scan(row),
        }

    def save_model(self, request: HttpRequest, obj: Scan, form: Any, change: bool) -> None:
        scan = scans.run(obj.project, url=form.validated.get("url"), by=staff_actor(request))
        copy_row(scan, to=obj)


def _progress_sections(scan: Scan) -> list[tuple[str, Mapping[str, Any]]]:
    progress = scan.summary.get("progress") or {}
    return [(scanner.label, progress[scanner]) for scanner in Scanner if scanner in progress]


def _domain_rows(domains: Mapping[str, Any]) -> list[tuple[str, list[int], str]]:
    return [
        (
            str(Domain(name).label),
            [number for _, _, number in outcome_counts(domains[name])],
            domains[name].get("error") or "",
        )
        for name in Domain.values
        if name in domains
    ]


def _pages(scan: Scan) -> list[Any]:
    """Return `(URL, note, runs)` of each page; a run is a page of one scanner with its outcomes."""
    pages: dict[str, Any] = {}
    for page in pages_of(scan):
        _, _, runs = pages.setdefault(page.url, (page.url, page.note, []))
        runs.append((page, outcome_counts(page.outcomes)))  # type: ignore[attr-defined]  # set by `pages_of`
    return list(pages.values())


def _previous_scan(scan: Scan) -> Scan | None:
    earlier = Scan.objects.filter(project=scan.project_id, url=scan.url, status="completed", pk__lt=scan.pk)
    return earlier.order_by("-pk").first()
