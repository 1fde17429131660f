from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from accounts.admin.actor import staff_actor
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, badge_column, copy_row
from krafter_audit.admin.forms import ServiceForm, error_text
from krafter_audit.api.errors import ApiError
from reports import services
from reports.admin.forms import ShareForm
from reports.admin.share import state_of
from reports.downloads import file_response, kinds_of, parse_kind, stored_file_name
from reports.models import Report, Share
from reports.presentation import chart, summary, template_context
from reports.sharing import links
from reports.snapshots.snapshotting import load_snapshot

STATUS_COLOURS = {
    "queued": "warning",
    "exporting": "info",
    "exported": "success",
    "shared": "success",
    "failed": "danger",
}
MAX_SHARES = 50
NOT_LATEST = "Only the latest report of a project is shared."
SHARED_MESSAGES = {
    Share.Channel.LINK: "The report is shared. Copy the link from the list.",
    Share.Channel.EMAIL: "The e-mails are being sent. The list shows the result.",
    Share.Channel.SLACK: "The message to Slack is being sent. The list shows the result.",
}
EXPORT_FAILED = "Its export has failed. Export it again."


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = (
        "title",
        "project",
        "format",
        badge_column("status", STATUS_COLOURS),
        "created_at",
        "exported_at",
        "shared_at",
    )
    list_filter = ("status", "format", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("project__name", "^project__slug")
    form = ServiceForm
    autocomplete_fields = ("project",)
    actions: ClassVar = ["export_again"]
    change_form_outer_before_template = ""  # the page has its buttons itself

    def get_urls(self) -> list[URLPattern]:
        return [
            self.page_url("preview", require_safe(self.preview_view)),
            self.page_url("download", require_safe(self.download_view)),
            self.page_url("share", self.share_view),
            *super().get_urls(),
        ]

    @admin.display(description="period", ordering="period_end")
    def title(self, report: Report) -> str:
        return summary.format_period(report.period_start, report.period_end)

    def is_in_progress(self, row: Report) -> bool:
        return row.status in Report.PENDING

    # Read-only, except that a new export can be queued.
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("reports.add_report"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj else ("project", "format")

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        report = services.queue_export(obj.project, format=obj.format, by=staff_actor(request))
        copy_row(report, to=obj)

    @row_action("Export again")
    def export_again(self, request: HttpRequest, report: Report) -> str:
        services.queue_export(report.project, format=report.format, by=staff_actor(request))
        return "export queued."

    # ---- The page

    def detail_context(self, request: HttpRequest, row: Report) -> dict[str, Any]:
        snapshot, latest = load_snapshot(row), services.newest_first(row.project).first()
        drawing = chart.burn_down(
            snapshot.burn_down, width=640, height=220, template="admin/overview/burn_down.svg"
        )
        return {
            "period": summary.format_period(row.period_start, row.period_end),
            "sentences": summary.executive_summary(snapshot),
            "figures": summary.key_figures(snapshot),
            "burn_down": {"svg": drawing, "sentence": chart.describe(snapshot.burn_down)},
            "files": self._files(row),
            "may_revoke": self.may(request, OPERATE_ON_ARCHIVED, row),
            "refusal": capfirst(self.refusal(request, "change", row)),
            "share_form": getattr(request, "share_form", None) or ShareForm(),
            "share_refusal": self._share_refusal(row, latest),
            "latest": latest,
            "shares": [
                (share, *state_of(share), links.visible_url(share))
                for share in row.shares.select_related("shared_by")
                .defer("webhook")
                .order_by("-pk")[:MAX_SHARES]
            ],
        }

    def _files(self, report: Report) -> list[tuple[str, str, str]]:
        if report.status not in Report.READY:
            return []
        url = reverse("admin:reports_report_download", args=[report.pk])
        further = [(kind, kind, f"{url}?kind={kind}") for kind in kinds_of(report)]
        return [
            (name, address, report.sha256.get(stored_file_name(report, kind), ""))
            for kind, name, address in [("", report.format.upper(), url), *further]
        ]

    def _share_refusal(self, report: Report, latest: Report | None) -> str:
        if report != latest:
            return NOT_LATEST
        return EXPORT_FAILED if report.status == Report.Status.FAILED else ""

    # ---- Preview, download and share

    def preview_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the page that a link of this report opens."""
        report = self._row(request, pk)
        context = template_context.page_context(load_snapshot(report))
        return HttpResponse(render_to_string("reports/shared.html", {**context, "preview": report}))

    def download_view(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        report = self._row(request, pk)
        try:
            return file_response(report, parse_kind(request.GET, report))
        except ApiError as error:
            self.message_user(request, error_text(error), messages.ERROR)
            return HttpResponseRedirect(self._page(pk))

    def share_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Share the report by the form's channel, or show the form with its errors."""
        report, back = self.row_to_change(request, pk), self._page(pk)
        if request.method != "POST":
            return HttpResponseRedirect(back)
        form = ShareForm(request.POST)
        refusal = self._share_refusal(report, services.newest_first(report.project).first())
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            return HttpResponseRedirect(f"{back}#shares")
        if form.is_valid():
            try:
                share = services.share_latest(report.project, **form.validated, by=staff_actor(request))
            except ApiError as error:
                form.add_error(None, error_text(error))
            else:
                self.message_user(request, SHARED_MESSAGES[Share.Channel(share.channel)], messages.SUCCESS)
                return HttpResponseRedirect(f"{back}#shares")
        request.share_form = form  # type: ignore[attr-defined]  # read by detail_context
        request.method = "GET"  # the form of the report itself is not sent
        return self.change_view(request, str(report.pk))

    def _page(self, pk: UUID) -> str:
        return reverse("admin:reports_report_change", args=[pk])

    def _row(self, request: HttpRequest, pk: UUID) -> Report:
        rows: QuerySet[Report] = self.get_queryset(request)
        return get_object_or_404(rows.select_related("project__organization"), pk=pk)
