"""How far checks can be believed, in the admin: over all projects, and for each."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin
from remediation.checks import reliability
from remediation.models import CheckReliability


@admin.register(CheckReliability)
class CheckReliabilityAdmin(ReadOnlyAdmin):
    """One line for each check of a project; above them, the sums over the projects that are shown."""

    list_display = (
        "key", "project", "looks", "flipped", "fixes", "back_in_7_days", "back_in_30_days", "median_hours",
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
        """Add the sums of what the filter leaves, once the list knows what it leaves."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["sums"] = reliability.over_all(context["cl"].queryset)
        return response

    @admin.display(description="flips of compared")
    def flipped(self, row: CheckReliability) -> str:
        """Say how many of how many."""
        return f"{row.flips} of {row.compared}"

    @admin.display(description="median hours to a fix")
    def median_hours(self, row: CheckReliability) -> float | None:
        """Show the median."""
        return row.median_hours
