"""Admin page of the reliability of checks: by project, and summed over projects."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin
from remediation.checks import reliability
from remediation.models import CheckReliability


@admin.register(CheckReliability)
class CheckReliabilityAdmin(ReadOnlyAdmin):
    """A row for each check of a project; above them the sums over the filtered projects."""

    list_display = (
        "key", "project", "runs", "flipped", "fixes", "back_in_7_days", "back_in_30_days", "median_hours",
        "measured_at",
    )  # fmt: skip
    list_filter = (("project", AutocompleteFilter),)
    list_select_related = ("project",)
    search_fields = ("^key",)
    ordering = ("-flips", "-back_in_30_days", "key", "pk")  # type: ignore[assignment]  # the base has one column
    list_before_template = "admin/remediation/checkreliability/sums.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add the sums over the filtered rows, which the list has computed by then."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["sums"] = reliability.totals(context["cl"].queryset)
        return response

    @admin.display(description="flips of compared")
    def flipped(self, row: CheckReliability) -> str:
        """Return the number of flips and of compared runs."""
        return f"{row.flips} of {row.compared}"

    @admin.display(description="median hours to a fix")
    def median_hours(self, row: CheckReliability) -> float | None:
        """Return the median hours to a fix."""
        return row.median_hours
