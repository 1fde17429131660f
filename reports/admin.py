"""Reports and shares for operators: to look at, to revoke, to export again. Statuses are read-only."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import operator
from krafter_audit.admin.base import BAD, GOOD, UNDER_WAY, WAITING, ReadOnlyAdmin, RelatedFilter, badge
from krafter_audit.admin.forms import ServiceForm
from reports import services
from reports.models import Report, Share

STATUSES = {"queued": WAITING, "exporting": UNDER_WAY, "exported": GOOD, "shared": GOOD, "failed": BAD}
DELIVERIES = {"queued": WAITING, "sent": GOOD, "failed": BAD}


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """What was exported, and how it ended."""

    list_display = (
        "created_at",
        "project",
        "format",
        badge("status", STATUSES),
        "exported_at",
        "shared_at",
        "attempts",
    )
    list_filter = ("status", "format", ("project", RelatedFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug",)
    exclude = ("breakdown", "subject")
    form = ServiceForm
    autocomplete_fields = ("project",)
    actions: ClassVar = ["export_again"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A report is asked for here; the worker makes it."""
        return bool(request.user.has_perm("reports.add_report"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for little, show all."""
        return super().get_fields(request, obj) if obj else ("project", "format")

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        """Queue the export."""
        made = services.export(obj.project, format=obj.format, by=operator(request))
        obj.__dict__.update(made.__dict__)

    @admin.action(description="Export the project again in the same format", permissions=["operate"])
    def export_again(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        """Make a new report for each one chosen; each costs its organisation one unit of quota."""

        def export(report: Report) -> str:
            services.export(report.project, format=report.format, by=operator(request))
            return "a new report is queued."

        self.each(request, reports, export)


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    """Who was handed what, and whether it arrived."""

    list_display = (
        "created_at",
        "project",
        "channel",
        badge("status", DELIVERIES),
        "outcome",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("channel", "status", ("project", RelatedFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug",)
    exclude = ("webhook", "key")
    actions: ClassVar = ["revoke"]

    @admin.action(description="Revoke the links", permissions=["operate"])
    def revoke(self, request: HttpRequest, shares: QuerySet[Share]) -> None:
        """Close the link of each one chosen."""

        def revoke(share: Share) -> str:
            services.revoke(share.pk, by=operator(request))
            return "revoked."

        self.each(request, shares, revoke)
