from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.admin import operator
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    SUCCESS,
    WARNING,
    AutocompleteFilter,
    ReadOnlyAdmin,
    badge_column,
)
from krafter_audit.admin.confirmation import confirmed
from krafter_audit.admin.forms import ServiceForm
from krafter_audit.admin.live_pages import follow
from reports import services
from reports.models import Report, Share

STATUSES = {"queued": WARNING, "exporting": INFO, "exported": SUCCESS, "shared": SUCCESS, "failed": DANGER}
RUNNING = (Report.Status.QUEUED, Report.Status.EXPORTING)
DELIVERIES = {"queued": WARNING, "sent": SUCCESS, "failed": DANGER}


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "project",
        "format",
        badge_column("status", STATUSES),
        "exported_at",
        "shared_at",
        "attempts",
    )
    list_filter = ("status", "format", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug",)
    exclude = ("breakdown", "subject", "link_key")
    form = ServiceForm
    autocomplete_fields = ("project",)
    actions: ClassVar = ["export_again"]
    change_form_before_template = "admin/reports/report/progress.html"

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().change_view(request, object_id, *args, **kwargs)
        report = (getattr(response, "context_data", None) or {}).get("original")
        if isinstance(report, Report) and report.status in RUNNING:
            follow(request, response)
        return response

    # Read-only, except that a new export can be queued.
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("reports.add_report"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ("project", "format")

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        report = services.queue_export(obj.project, format=obj.format, by=operator(request))
        obj.__dict__.update(report.__dict__)

    @admin.action(description="Export again", permissions=["operate"])
    def export_again(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        def export(report: Report) -> str:
            services.queue_export(report.project, format=report.format, by=operator(request))
            return "export queued."

        self.run_for_each(request, reports, export)


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "project",
        "channel",
        badge_column("status", DELIVERIES),
        "outcome",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("channel", "status", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug",)
    exclude = ("webhook", "key")
    actions: ClassVar = ["revoke"]

    @admin.action(description="Revoke link", permissions=["operate"])
    @confirmed("The link stops working for all who have it. It cannot be restored.")
    def revoke(self, request: HttpRequest, shares: QuerySet[Share]) -> None:
        def revoke(share: Share) -> str:
            services.revoke_share(share.pk, by=operator(request))
            return "revoked."

        self.run_for_each(request, shares, revoke)
