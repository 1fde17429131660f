from django.contrib import admin

from findings.models import Regression
from krafter_audit.admin.base import DANGER, SUCCESS, AutocompleteFilter, ReadOnlyAdmin, badge_column


@admin.register(Regression)
class RegressionAdmin(ReadOnlyAdmin):
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
