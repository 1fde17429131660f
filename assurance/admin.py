from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.actor import staff_actor
from assurance.models import Deploy, GuardRun, GuardWindow
from assurance.services import guard_windows
from findings import queries
from findings.admin import FindingAdmin
from findings.models import Finding
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, badge_column

STATUS_COLOURS = {"open": "info", "passed": "success", "failed": "danger", "cancelled": "warning"}
MAX_LISTED = 100


@admin.register(GuardWindow)
class GuardWindowAdmin(ReadOnlyAdmin):
    empty_text = "An approval opens a guard window, in which the checks of the finding are run again."
    list_display = (
        "finding", badge_column("status", STATUS_COLOURS), "progress", "ends_at", "project", "organization",
    )  # fmt: skip
    list_filter = ("status", ("project", AutocompleteFilter))
    list_select_related = ("finding", "project__organization")
    search_fields = ("finding__title",)
    search_help_text = "Words, URL or check of the finding, or id"
    actions: ClassVar[list[str]] = ["cancel"]
    tones: ClassVar = {"cancel": "danger"}

    def find(self, rows: QuerySet[GuardWindow], text: str) -> QuerySet[GuardWindow]:
        # By the index of the search for findings: by title only, every finding with a guard window is read.
        return rows.filter(finding__in=queries.search(Finding.objects.all(), text).values("pk"))

    def describe_row(self, row: GuardWindow) -> str:
        return str(row.finding)  # without the status, which an action changes

    def detail_context(self, request: HttpRequest, row: GuardWindow) -> dict[str, Any]:
        return {"progress": progress_in_words(row), "runs": runs_of(row)}

    @admin.display(description="runs")
    def progress(self, window: GuardWindow) -> str:
        return progress_in_words(window)

    def refusals(self, request: HttpRequest, row: GuardWindow) -> dict[str, str]:
        is_open = row.status == GuardWindow.Status.OPEN
        return {"cancel": "" if is_open else "The guard window has ended."}

    @row_action("Cancel the guard window")
    def cancel(self, request: HttpRequest, row: GuardWindow) -> str:
        guard_windows.cancel(row.pk, project=row.project, by=staff_actor(request))
        return "cancelled."


@admin.register(Deploy)
class DeployAdmin(ReadOnlyAdmin):
    empty_text = "A pipeline reports deploys by the API; GitHub and GitLab do once they are connected."
    list_display = (
        "short_sha",
        "environment",
        "started_at",
        "finished_at",
        "source",
        "project",
        "organization",
    )
    list_filter = ("source", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("^sha", "^environment")
    search_help_text = "Commit, environment or id"

    def detail_context(self, request: HttpRequest, row: Deploy) -> dict[str, Any]:
        return {
            "pull_requests": row.pull_requests.select_related("task").order_by("-pk")[:MAX_LISTED],
            "runs": row.guard_runs.select_related("window__finding").order_by("due_at", "pk")[:MAX_LISTED],
        }

    @admin.display(description="commit")
    def short_sha(self, deploy: Deploy) -> str:
        return deploy.sha[:12]


def progress_in_words(window: GuardWindow) -> str:
    return f"{window.runs_passed} of {window.runs_total} passed"


def runs_of(window: GuardWindow) -> QuerySet[GuardRun]:
    return window.runs.select_related("deploy").order_by("due_at", "pk")


def guard_window(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    window = finding.guard_windows.order_by("-pk").first()
    if window is None:
        return {}
    progress = progress_in_words(window)
    return {"guard": {"window": window, "progress": progress, "runs": runs_of(window)}}


FindingAdmin.sections.append(guard_window)
