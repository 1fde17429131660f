from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from campaigns.queries import active_with_progress
from campaigns.serializers import CampaignSerializer, ProgressSerializer
from events.as_of import AS_OF_PARAMETER, parse_as_of, respond_with_counts
from events.totals import counters
from krafter_audit.api import long_polling
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.filters import include_parameter, included, list_parameters
from krafter_audit.api.response_headers import FILE_DIGEST, FILE_NAME
from krafter_audit.http.json_encoding import load_json
from krafter_audit.web.public_urls import public_url
from reports import periods, queries, services
from reports.burn_down import burn_down_by_change
from reports.downloads import file_response, parse_kind
from reports.exporters import EXPORTERS
from reports.filters import ReportFilter, ShareFilter
from reports.forecast.queries import critical_forecast
from reports.models import Report, Share
from reports.serializers import (
    BurnDownSerializer,
    ExportReportRequestSerializer,
    ForecastSerializer,
    ReportSerializer,
    ReportSummarySerializer,
    ShareReportRequestSerializer,
    ShareResultSerializer,
    ShareSerializer,
)

DAY_FROM = OpenApiParameter("date_from", OpenApiTypes.DATE, description="First day of the period.")
DAY_TO = OpenApiParameter(
    "date_to", OpenApiTypes.DATE, description="Last day of the period, at most 366 days."
)

INCLUDE_CAMPAIGNS = ("campaigns",)
KIND = OpenApiParameter(
    "kind",
    OpenApiTypes.STR,
    enum=["findings", *EXPORTERS["csv"].extra_files],
    description="The rows of a CSV report, `findings` by default.",
)


class ReportViewSet(ProjectViewSet):
    """Reports of a project."""

    replica_actions = frozenset({"list", "summary", "burn_down", "forecast"})

    @extend_schema(
        summary="Summarise the project",
        parameters=[DAY_FROM, DAY_TO, AS_OF_PARAMETER, include_parameter(INCLUDE_CAMPAIGNS)],
        responses=ReportSummarySerializer,
    )
    def summary(self, request: Request, **kwargs: Any) -> Response:
        """Return the burn-down and the rates, of a period or as they were at a moment."""
        with_campaigns = included(request.query_params, INCLUDE_CAMPAIGNS)
        period, as_of = periods.parse_period(request.query_params), parse_as_of(request.query_params)
        if period and as_of:
            raise InvalidParams(details={"as_of": ["Send either as_of or a period."]})
        if with_campaigns and as_of:
            raise InvalidParams(
                details={"include": ["The progress of campaigns is available only for now: leave as_of out."]}
            )
        data = self.serialize(queries.summary(self.project, period, as_of), ReportSummarySerializer)
        if with_campaigns:
            data["campaigns"] = self._campaigns()
        return respond_with_counts(self.project, data, as_of)

    def _campaigns(self) -> Sequence[Any]:
        return [
            {
                **self.serialize(campaign, CampaignSerializer),
                "progress": self.serialize(progress, ProgressSerializer),
            }
            for campaign, progress in active_with_progress(self.project)
        ]

    @extend_schema(
        summary="Read the burn-down with its changes",
        parameters=[DAY_FROM, DAY_TO],
        responses=BurnDownSerializer,
    )
    def burn_down(self, request: Request, **kwargs: Any) -> Response:
        """Return the open risk score of each day, and what has changed it: the last seven days without a period."""
        period = periods.parse_period(request.query_params) or queries.last_days()
        days = burn_down_by_change(self.project.pk, period)
        return Response(self.serialize({"days": days}, BurnDownSerializer))

    @extend_schema(summary="Forecast when no critical finding is open", responses=ForecastSerializer)
    def forecast(self, request: Request, **kwargs: Any) -> Response:
        """Return two ranges of dates, simulated from the days on which critical findings were opened and closed."""
        found = critical_forecast([self.project.pk])
        return Response(self.serialize(found, ForecastSerializer))

    @extend_schema(
        summary="List reports, newest first",
        parameters=list_parameters(ReportFilter),
        responses=ReportSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(
            Report.objects.filter(project=self.project),
            ReportSerializer,
            ReportFilter,
            total=partial(counters.count_matching, self.project.pk, "report", facets={"format"}),
        )

    @extend_schema(
        summary="Read a report", parameters=[long_polling.WAIT_PARAMETER], responses=ReportSerializer
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return a report; with `wait`, when its export has finished or the time is over."""
        self.wait_while(Report.objects.filter(status__in=Report.PENDING), pk)
        return self.respond(self.get_row(Report.objects.all(), pk), ReportSerializer)

    @extend_schema(
        summary="Export a report", request=ExportReportRequestSerializer, responses={202: ReportSerializer}
    )
    def export(self, request: Request, **kwargs: Any) -> Response:
        """Take a snapshot and queue its file; costs one unit of quota."""
        body = self.validated_body(ExportReportRequestSerializer)
        report = services.queue_export(self.project, format=body["format"], by=self.actor)
        return self.respond(report, ReportSerializer, status=202)

    @extend_schema(
        summary="Share the latest report",
        request=ShareReportRequestSerializer,
        responses=ShareResultSerializer,
    )
    def share(self, request: Request, **kwargs: Any) -> Response:
        """Share the latest report by link, e-mail or Slack."""
        share = services.share_latest(
            self.project, **self.validated_body(ShareReportRequestSerializer), by=self.actor
        )
        return Response(self.serialize(share, ShareResultSerializer))


class IgnoreAcceptHeader(BaseContentNegotiation):
    """Send the file, or an error in JSON, whatever the client accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ReportFileViewSet(ProjectViewSet):
    """Files of reports."""

    content_negotiation_class = IgnoreAcceptHeader

    @extend_schema(
        summary="Download the file of a report",
        parameters=[KIND, FILE_NAME, FILE_DIGEST],
        responses={
            (200, exporter.media_type): OpenApiResponse(OpenApiTypes.BINARY, "The file.")
            for exporter in EXPORTERS.values()
        },
    )
    def download(self, request: Request, pk: str, **kwargs: Any) -> FileResponse:
        """Return a file. Raises ReportNotReady or ReportFailed."""
        report = self.get_row(Report.objects.select_related("project"), pk)
        return file_response(report, parse_kind(request.query_params, report))


SCHEMA = Path(__file__).parent / "exporters" / "report.schema.json"


@cache
def load_report_schema() -> dict[str, Any]:
    return dict(load_json(SCHEMA.read_bytes()))


def report_schema(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {"$id": public_url("report-schema"), **load_report_schema()}, content_type="application/schema+json"
    )


class ShareViewSet(ProjectViewSet):
    """Shares of a project's reports."""

    archived_project_actions = frozenset({"destroy"})

    @extend_schema(
        summary="List shares, newest first",
        parameters=list_parameters(ShareFilter),
        responses=ShareSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(
            Share.objects.filter(project=self.project).defer("webhook"),
            ShareSerializer,
            ShareFilter,
            total=partial(counters.count_matching, self.project.pk, "share", facets={"channel"}),
        )

    @extend_schema(summary="Read a share", responses=ShareSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return a share."""
        return self.respond(self.get_row(Share.objects.defer("webhook"), pk), ShareSerializer)

    @extend_schema(summary="Revoke a share", request=None, responses={200: ShareSerializer})
    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Close the link permanently."""
        share = self.get_row(Share.objects.only("id"), pk)
        return self.respond(
            services.revoke_share(share.pk, by=self.actor, if_match=self.if_match), ShareSerializer
        )
