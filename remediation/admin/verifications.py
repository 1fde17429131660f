"""Admin page of verifications."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join

from accounts.admin import operator
from krafter_audit.admin.base import DANGER, SUCCESS, WARNING, AutocompleteFilter, ReadOnlyAdmin, badge_column
from remediation.admin.evidence import EvidenceInline, EvidencePages
from remediation.admin.forms import ReasonForm
from remediation.models import Verification
from remediation.services import verdicts

RESULT_COLOURS = {"pending": WARNING, "passed": SUCCESS, "failed": DANGER}


@admin.register(Verification)
class VerificationAdmin(EvidencePages, ReadOnlyAdmin):
    list_display = (
        "task",
        "project",
        badge_column("result", RESULT_COLOURS),
        "check_counts",
        "verified_by",
        "verified_at",
        "created_at",
    )
    list_filter = ("result", "running", "manual", ("project", AutocompleteFilter))
    list_select_related = ("task", "project", "verified_by")
    search_fields = ("^task__title",)
    actions: ClassVar[list[str]] = ["approve", "reopen", "approve_with_override"]
    inlines = (EvidenceInline,)
    fields = (
        "project", "task", "result", "check_results", "evidence", "notes", "override_reason", "verified_by",
        "verified_at", "created_at", "updated_at",
    )  # fmt: skip

    def describe_row(self, row: Verification) -> str:
        return row.task.title

    @admin.display(description="checks")
    def check_counts(self, verification: Verification) -> str:
        statuses = [check["status"] for check in verification.checks]
        return ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))

    @admin.display(description="checks")
    def check_results(self, verification: Verification) -> str:
        lines = ((c["key"], c["before"], c["after"], c["status"]) for c in verification.checks)
        return format_html_join("", "<div><code>{}</code>: {} → {} ({})</div>", lines)

    @admin.display(description="notes")
    def notes(self, verification: Verification) -> str:
        notes = {
            "a check is running": verification.running,
            "no automatic check: requires a manual review": verification.manual,
            "the unit of quota was refunded": verification.refunded,
        }
        return "; ".join(note for note, applies in notes.items() if applies) or "-"

    @admin.action(description="Approve", permissions=["operate"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Verification]) -> None:
        def approve(row: Verification) -> str:
            verdicts.approve(row.pk, by=operator(request))
            return "approved."

        self.run_for_each(request, queryset, approve)

    @admin.action(description="Reopen", permissions=["operate"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Verification]) -> None:
        def reopen(row: Verification) -> str:
            verdicts.reopen(row.pk, by=operator(request))
            return "reopened."

        self.run_for_each(request, queryset, reopen)

    @admin.action(description="Approve with override…", permissions=["operate"])
    def approve_with_override(
        self, request: HttpRequest, queryset: QuerySet[Verification]
    ) -> HttpResponse | None:
        # A first page requests the reason, and submits the action again with it.
        submitted = "reason" in request.POST
        form = ReasonForm(request.POST if submitted else None)
        if not (submitted and form.is_valid()):
            return self._reason_page(request, queryset, form)

        def approve(row: Verification) -> str:
            verdicts.approve(row.pk, by=operator(request), override_reason=form.cleaned_data["reason"])
            return "approved."

        self.run_for_each(request, queryset, approve)
        return None

    def _reason_page(
        self, request: HttpRequest, rows: QuerySet[Verification], form: ReasonForm
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Approve with override",
            "opts": self.opts,
            "form": form,
            "rows": rows[:200],
            "back": request.POST.get("_back", ""),
        }
        return TemplateResponse(request, "admin/remediation/verification/reason.html", context)
