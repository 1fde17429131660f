from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin
from remediation.checks import reliability
from remediation.models import CheckReliability
from scanner import registry


@admin.register(CheckReliability)
class CheckReliabilityAdmin(ReadOnlyAdmin):
    empty_text = "Projects with recent scans or verifications are measured every hour."
    list_display = (
        "key", "project", "runs", "flipped", "fixes", "returned_within_7_days", "returned_within_30_days",
        "median_hours", "measured_at",
    )  # fmt: skip
    fields = (
        "project", "key", "rule", "runs", "compared", "flips", "fixes", "returned_within_7_days",
        "returned_within_30_days", "median_hours", "measured_at",
    )  # fmt: skip
    list_filter = (("project", AutocompleteFilter),)
    list_select_related = ("project__organization",)
    search_fields = ("^key",)
    # The least reliable first.
    ordering = ("-flips", "-returned_within_30_days", "key", "pk")
    list_before_template = "admin/remediation/checkreliability/sums.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            # Over the filtered rows: the list has applied the filters by now.
            context["sums"] = reliability.totals(context["cl"].queryset)
        return response

    @admin.display(description="rule")
    def rule(self, row: CheckReliability) -> str:
        return registry.rule_of(row.key)

    @admin.display(description="flips of compared")
    def flipped(self, row: CheckReliability) -> str:
        return f"{row.flips} of {row.compared}"

    @admin.display(description="median hours to a fix")
    def median_hours(self, row: CheckReliability) -> float | None:
        return row.median_hours
