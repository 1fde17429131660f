"""Reports and their shares over HTTP."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.views import ProjectViewSet
from events import tallies
from reports import downloads, periods, queries, services
from reports.models import Report, Share
from reports.serializers import (
    ExportReportRequestSerializer,
    ReportSerializer,
    ReportSummarySerializer,
    ShareReportRequestSerializer,
    ShareResultSerializer,
    ShareSerializer,
)

PAGE = [
    OpenApiParameter("limit", int, description="1 to 100, 25 by default."),
    OpenApiParameter("cursor", str, description="`meta.next_cursor` of the page before."),
]
DAY_FROM = OpenApiParameter("date_from", OpenApiTypes.DATE, description="The first day of the series.")
DAY_TO = OpenApiParameter("date_to", OpenApiTypes.DATE, description="Its last day; 366 days at most.")


class ReportViewSet(ProjectViewSet):
    """What we show."""

    replicated = frozenset({"list", "summary"})

    @extend_schema(
        summary="Summarise the project", parameters=[DAY_FROM, DAY_TO], responses=ReportSummarySerializer
    )
    def summary(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the burn-down and the rates."""
        self.refuse_unknown_parameters(periods.PARAMETERS)
        period = periods.asked_in(request.query_params)
        return Response(self.shown(queries.summary(self.project, period), ReportSummarySerializer))

    @extend_schema(
        summary="List reports, newest first", parameters=PAGE, responses=ReportSerializer(many=True)
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Report.objects.filter(project=self.project)
        return self.show_newest(
            rows, ReportSerializer, total=lambda: tallies.count(self.project.pk, "report")
        )

    @extend_schema(summary="Read a report", responses=ReportSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one report."""
        return self.show(self.find(Report.objects.all(), pk), ReportSerializer)

    @extend_schema(
        summary="Export a report", request=ExportReportRequestSerializer, responses={202: ReportSerializer}
    )
    def export(self, request: Request, **kwargs: Any) -> Response:
        """Freeze the summary and queue the file; one unit of quota."""
        report = services.export(
            self.project, format=self.body(ExportReportRequestSerializer)["format"], by=self.actor
        )
        return self.show(report, ReportSerializer, status=202)

    @extend_schema(
        summary="Share the latest report",
        request=ShareReportRequestSerializer,
        responses=ShareResultSerializer,
    )
    def share(self, request: Request, **kwargs: Any) -> Response:
        """Hand the latest report on by link, e-mail or Slack."""
        share = services.share(self.project, **self.body(ShareReportRequestSerializer), by=self.actor)
        return Response(self.shown(share, ShareResultSerializer))


class AnyAccept(BaseContentNegotiation):
    """A file is what it is: whatever a client says it accepts, it gets the file, or a refusal in JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Read bodies as everywhere."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Write refusals as everywhere."""
        return renderers[0], renderers[0].media_type


class ReportFileViewSet(ProjectViewSet):
    """The file of a report."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Download the file of a report",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "JSON, CSV or PDF."),
        },
    )
    def download(self, request: Request, pk: str, **kwargs: Any) -> FileResponse:
        """Stream the file, or say why there is none."""
        return downloads.download(self.find(Report.objects.select_related("project"), pk))


class ShareViewSet(ProjectViewSet):
    """The shares of a project's reports."""

    @extend_schema(summary="List shares, newest first", parameters=PAGE, responses=ShareSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Share.objects.filter(project=self.project).defer("webhook")
        return self.show_newest(rows, ShareSerializer, total=lambda: tallies.count(self.project.pk, "share"))

    @extend_schema(summary="Read a share", responses=ShareSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one share."""
        return self.show(self.find(Share.objects.defer("webhook"), pk), ShareSerializer)

    @extend_schema(summary="Revoke a share", responses=ShareSerializer)
    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Close the link for good."""
        self.nothing()
        share = self.find(Share.objects.only("id"), pk)
        return self.show(services.revoke(share.pk, by=self.actor), ShareSerializer)
