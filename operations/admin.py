from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet

from krafter_audit.admin.base import ReadOnlyAdmin, badge_column, render_json
from krafter_audit.admin.text import status_label
from operations.models import Backup, RestoreDrill, Run

COLOURS = {"succeeded": "success", "failed": "danger", "running": "info"}


class RunAdmin(ReadOnlyAdmin):
    empty_text = (
        "“./krafter backup” creates backups, and “./krafter restore --drill” rehearses restoring one."
    )
    list_display = ("created_at", "finished_at", badge_column("outcome", COLOURS), "path", "error")
    fields = ("created_at", "finished_at", "outcome_label", "path", "error", "report_json")

    def filter_by_project(self, rows: QuerySet[Any], project: Any) -> QuerySet[Any]:
        return rows  # of the whole installation

    def filter_by_organizations(self, rows: QuerySet[Any], organization_ids: list[UUID]) -> QuerySet[Any]:
        # Only for superusers: backups have the data of all organisations.
        return rows.none()

    @admin.display(description="outcome")
    def outcome_label(self, run: Run) -> str:
        return status_label(run.outcome)

    @admin.display(description="report")
    def report_json(self, run: Run) -> str:
        return render_json(run.report)


admin.site.register(Backup, RunAdmin)
admin.site.register(RestoreDrill, RunAdmin)
