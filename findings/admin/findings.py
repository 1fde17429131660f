"""Scans, findings and regressions in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin import operator
from findings.admin.forms import ChangeFindingForm, ReportFindingForm
from findings.models import Finding, FindingStatus, Regression
from findings.services import triage
from findings.services.ingestion import FindingReport, ingest_one
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

SEVERITIES = {"critical": DANGER, "high": WARNING, "medium": INFO, "low": PRIMARY}
STATUSES = {
    "new": DANGER,
    "triaged": WARNING,
    "in_progress": INFO,
    "ready_verify": INFO,
    "resolved": SUCCESS,
    "dismissed": PRIMARY,
}


@admin.register(Finding)
class FindingAdmin(ServiceModelAdmin):
    """What is wrong with the sites. The status moves by the buttons, by tasks and by verdicts."""

    list_display = ("title", badge_column("severity", SEVERITIES), badge_column("status", STATUSES), "domain", "score", "project", "owner", "created_at")  # fmt: skip  # noqa: E501
    list_filter = ("severity", "status", "domain", ("project", AutocompleteFilter))
    list_select_related = ("project", "owner")
    search_fields = ("^title",)
    search_help_text = "How the title begins, or the id."
    autocomplete_fields = ("project", "owner")
    actions: ClassVar[list[str]] = ["triage", "start", "dismiss"]
    readonly_fields = (
        "project", "domain", "status", "confidence", "priority", "check_keys", "assets", "what_was_seen",
        "work", "last_seen_at", "created_at", "updated_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Leave what was seen behind: a list shows none of it, a page of one row fetches it."""
        return (
            super()
            .get_queryset(request)
            .defer("evidence", "description", "recommended_fix", "affected_assets")
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Report with one form, change with another."""
        kwargs["form"] = ChangeFindingForm if change else ReportFindingForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a person does not change is read."""
        return self.readonly_fields if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where it stands, then what it is, then what was seen."""
        if obj is None:
            return [(None, {"fields": ReportFindingForm.Meta.fields})]
        return [
            (None, {"fields": ("title", "status", "severity", "owner", "work")}),
            (
                "What it is",
                {"fields": ("project", "domain", "description", "recommended_fix", "priority", "confidence")},
            ),
            ("What was seen", {"fields": ("check_keys", "assets", "what_was_seen")}),
            ("Times", {"fields": ("last_seen_at", "created_at", "updated_at")}),
        ]

    @admin.display(description="priority")
    def priority(self, finding: Finding) -> str:
        """Show the four numbers."""
        return f"impact {finding.impact}, effort {finding.effort}, risk {finding.risk}, score {finding.score}"

    @admin.display(description="affected assets")
    def assets(self, finding: Finding) -> str:
        """Show them over many lines."""
        return render_json(finding.affected_assets)

    @admin.display(description="evidence")
    def what_was_seen(self, finding: Finding) -> str:
        """Show it over many lines."""
        return render_json(finding.evidence)

    @admin.display(description="tasks")
    def work(self, finding: Finding) -> str:
        """Lead to the tasks of the finding, and to a new one."""
        return format_html(
            '<a class="text-primary-600" href="{}?finding__id__exact={}">Its tasks</a> · '
            '<a class="text-primary-600" href="{}?finding={}">A new task</a>',
            reverse("admin:remediation_task_changelist"),
            finding.pk,
            reverse("admin:remediation_task_add"),
            finding.pk,
        )

    def save_model(self, request: HttpRequest, obj: Finding, form: Any, change: bool) -> None:
        """Report the finding, or change what was changed."""
        if not change:
            made, _ = ingest_one(obj.project, FindingReport(**form.validated), by=operator(request))
            obj.__dict__.update(made.__dict__)
        elif form.validated:
            triage.update(obj.pk, changes=form.validated, by=operator(request))

    @admin.action(description="Triage", permissions=["operate"])
    def triage(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        """Say that it matters; this also takes back up what was dismissed."""
        self._move(request, queryset, FindingStatus.TRIAGED)

    @admin.action(description="Start work", permissions=["operate"])
    def start(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        """Say that it is worked on."""
        self._move(request, queryset, FindingStatus.IN_PROGRESS)

    @admin.action(description="Dismiss", permissions=["operate"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        """Say that it is not worth mending."""
        self._move(request, queryset, FindingStatus.DISMISSED)

    def _move(self, request: HttpRequest, rows: QuerySet[Finding], status: FindingStatus) -> None:
        def move(finding: Finding) -> str:
            moved = triage.update(finding.pk, changes={"status": status.value}, by=operator(request))
            return f"{FindingStatus(moved.status).label.lower()}."

        self.run_for_each(request, rows, move)


@admin.register(Regression)
class RegressionAdmin(ReadOnlyAdmin):
    """Findings that came back."""

    list_display = ("finding", "project", "trigger", badge_column("status", {"open": DANGER, "closed": SUCCESS}), "opened_at", "closed_at")  # fmt: skip  # noqa: E501
    list_filter = ("status", "trigger", ("project", AutocompleteFilter))
    list_select_related = ("finding", "project")
    search_fields = ("^finding__title",)
    fields = (
        "project",
        "finding",
        "verification_id",
        "trigger",
        "status",
        "opened_at",
        "closed_at",
        "updated_at",
    )
