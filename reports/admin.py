"""Reports and shares for operators: to look at, to revoke, to export again. Statuses are read-only."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.actors import Actor
from krafter_audit.lib.errors import Refusal
from reports import services
from reports.models import Report, Share


class LookedAt(ModelAdmin):
    """Rows that come about by themselves: nobody adds, changes or deletes them by hand."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody deletes one."""
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Actions are for people who may change reports."""
        return request.user.has_perm("reports.change_report")


def operator(request: HttpRequest) -> Actor:
    """Name the person at the admin as the author of what an action does."""
    return Actor("admin", request.user.pk, str(getattr(request, "request_id", "")))


@admin.register(Report)
class ReportAdmin(LookedAt):
    """What was exported, and how it ended."""

    list_display = ("created_at", "project", "format", "status", "exported_at", "shared_at", "attempts")
    list_filter = ("status", "format")
    list_select_related = ("project",)
    search_fields = ("=id", "project__slug")
    date_hierarchy = "created_at"
    exclude = ("breakdown", "subject")
    actions: ClassVar = ["export_again"]

    @admin.action(description="Export the project again in the same format", permissions=["operate"])
    def export_again(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        """Make a new report for each one chosen; each costs its organisation one unit of quota."""
        for report in reports.select_related("project__organization"):
            try:
                services.export(report.project, format=report.format, by=operator(request))
            except Refusal as refusal:
                self.message_user(request, f"{report.project}: {refusal.message}", level="ERROR")


@admin.register(Share)
class ShareAdmin(LookedAt):
    """Who was handed what, and whether it arrived."""

    list_display = ("created_at", "project", "channel", "status", "outcome", "expires_at", "revoked_at")
    list_filter = ("channel", "status")
    list_select_related = ("project",)
    search_fields = ("=id", "project__slug")
    date_hierarchy = "created_at"
    exclude = ("webhook", "key")
    actions: ClassVar = ["revoke"]

    @admin.action(description="Revoke the links", permissions=["operate"])
    def revoke(self, request: HttpRequest, shares: QuerySet[Share]) -> None:
        """Close the link of each one chosen."""
        for share_id in shares.order_by("pk").values_list("pk", flat=True):
            services.revoke(share_id, by=operator(request))
