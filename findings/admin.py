from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin import operator
from findings.models import Finding, FindingStatus, Regression, Severity
from findings.serializers import CreateFindingRequestSerializer, UpdateFindingRequestSerializer
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
from krafter_audit.admin.forms import SerializerForm

SEVERITY_COLOURS = {"critical": DANGER, "high": WARNING, "medium": INFO, "low": PRIMARY}
STATUS_COLOURS = {
    "new": DANGER,
    "triaged": WARNING,
    "in_progress": INFO,
    "ready_verify": INFO,
    "resolved": SUCCESS,
    "dismissed": PRIMARY,
}


class ReportFindingForm(SerializerForm):
    serializer_class = CreateFindingRequestSerializer
    api_names: ClassVar = {"owner": "owner_id", "check_keys": "checks"}
    severity = forms.ChoiceField(
        choices=[("", "Set by the policy"), *Severity.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    check_keys = SimpleArrayField(
        forms.CharField(max_length=100),
        label="Checks",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Comma-separated keys of the checks that verify the finding.",
    )

    class Meta:
        model = Finding
        fields = (
            "project", "domain", "title", "severity", "description", "owner", "affected_assets",
            "recommended_fix", "check_keys",
        )  # fmt: skip

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        return [name for name in super().submitted_names(cleaned) if name != "project"]


class ChangeFindingForm(SerializerForm):
    serializer_class = UpdateFindingRequestSerializer

    class Meta:
        model = Finding
        fields = ("title", "severity", "description", "owner", "recommended_fix")


@admin.register(Finding)
class FindingAdmin(ServiceModelAdmin):
    form, add_form = ChangeFindingForm, ReportFindingForm
    list_display = ("title", badge_column("severity", SEVERITY_COLOURS), badge_column("status", STATUS_COLOURS), "domain", "score", "project", "owner", "created_at")  # fmt: skip  # noqa: E501
    # Large, and not shown by the list.
    deferred_fields = ("evidence", "description", "recommended_fix", "affected_assets")
    list_filter = ("severity", "status", "domain", ("project", AutocompleteFilter))
    list_select_related = ("project", "owner")
    search_fields = ("^title",)
    search_help_text = "Start of the title, or the id."
    autocomplete_fields = ("project", "owner")
    actions: ClassVar[list[str]] = ["triage", "start", "dismiss"]
    readonly_fields = (
        "project", "domain", "status", "confidence", "priority", "check_keys", "assets", "evidence_json",
        "tasks", "last_seen_at", "created_at", "updated_at",
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ReportFindingForm.Meta.fields})]
        return [
            (None, {"fields": ("title", "status", "severity", "owner", "tasks")}),
            (
                "Description",
                {"fields": ("project", "domain", "description", "recommended_fix", "priority", "confidence")},
            ),
            ("Evidence", {"fields": ("check_keys", "assets", "evidence_json")}),
            ("Times", {"fields": ("last_seen_at", "created_at", "updated_at")}),
        ]

    @admin.display(description="priority")
    def priority(self, finding: Finding) -> str:
        return f"impact {finding.impact}, effort {finding.effort}, risk {finding.risk}, score {finding.score}"

    @admin.display(description="affected assets")
    def assets(self, finding: Finding) -> str:
        return render_json(finding.affected_assets)

    @admin.display(description="evidence")
    def evidence_json(self, finding: Finding) -> str:
        return render_json(finding.evidence)

    @admin.display(description="tasks")
    def tasks(self, finding: Finding) -> str:
        return format_html(
            '<a class="text-primary-600" href="{}?finding__id__exact={}">Show tasks</a> · '
            '<a class="text-primary-600" href="{}?finding={}">Add task</a>',
            reverse("admin:remediation_task_changelist"),
            finding.pk,
            reverse("admin:remediation_task_add"),
            finding.pk,
        )

    def save_model(self, request: HttpRequest, obj: Finding, form: Any, change: bool) -> None:
        if not change:
            finding, _ = ingest_one(obj.project, FindingReport(**form.validated), by=operator(request))
            obj.__dict__.update(finding.__dict__)
        elif form.validated:
            triage.update(obj.pk, changes=form.validated, by=operator(request))

    @admin.action(description="Triage", permissions=["operate"])
    def triage(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        # Also reopens dismissed findings.
        self._set_status(request, queryset, FindingStatus.TRIAGED)

    @admin.action(description="Start work", permissions=["operate"])
    def start(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        self._set_status(request, queryset, FindingStatus.IN_PROGRESS)

    @admin.action(description="Dismiss", permissions=["operate"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        self._set_status(request, queryset, FindingStatus.DISMISSED)

    def _set_status(self, request: HttpRequest, rows: QuerySet[Finding], status: FindingStatus) -> None:
        def set_status(finding: Finding) -> str:
            changed = triage.update(finding.pk, changes={"status": status.value}, by=operator(request))
            return f"{FindingStatus(changed.status).label.lower()}."

        self.run_for_each(request, rows, set_status)


@admin.register(Regression)
class RegressionAdmin(ReadOnlyAdmin):
    list_display = ("finding", "project", "trigger", badge_column("status", {"open": DANGER, "closed": SUCCESS}), "opened_at", "closed_at")  # fmt: skip  # noqa: E501
    list_filter = ("status", "trigger", ("project", AutocompleteFilter))
    list_select_related = ("finding", "project")
    search_fields = ("^finding__title",)
    fields = (
        "project", "finding", "verification_id", "trigger", "status", "opened_at", "closed_at", "updated_at",
    )  # fmt: skip
