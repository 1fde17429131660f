from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from events.totals import counters
from krafter_audit.api import long_polling
from krafter_audit.api.envelope import ResultPage
from krafter_audit.api.errors import NotFound
from krafter_audit.api.lists.filters import list_parameters
from scans import screenshots
from scans.filters import ScanFilter, ScanResultFilter
from scans.models import Scan
from scans.queries import pages_of
from scans.serializers import (
    RunScanRequestSerializer,
    ScanPageSerializer,
    ScanResultSerializer,
    ScanSerializer,
)
from scans.services import scans

# A scan has a few thousand results, which need no index for each order.
RESULT_SORT_FIELDS = ("seen_at", "key", "duration_ms")


class ScanViewSet(ProjectViewSet):
    """Scans of a project."""

    strict_actions = frozenset({"run"})
    network_properties: ClassVar = {"run": "url"}

    @extend_schema(
        summary="List scans, newest first",
        parameters=list_parameters(ScanFilter),
        responses=ScanSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(
            Scan.objects.filter(project=self.project),
            ScanSerializer,
            ScanFilter,
            total=lambda filters, rows: counters.count_matching(
                self.project.pk, "scan", filters, rows, facets={"status"}
            ),
        )

    @extend_schema(summary="Read a scan", parameters=[long_polling.WAIT_PARAMETER], responses=ScanSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the scan; with `wait`, when it has finished or the time is over."""
        self.wait_while(Scan.objects.filter(finished_at__isnull=True), pk)
        return self.respond_row(pk, ScanSerializer)

    @extend_schema(summary="List the pages of a scan", responses=ScanPageSerializer(many=True))
    def pages(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return all pages, at most 25 for each scanner, in the order in which they are checked."""
        pages = pages_of(self.get_row(Scan.objects.only("id"), pk))
        return self.respond_page(ResultPage(pages, len(pages)), ScanPageSerializer)

    @extend_schema(
        summary="List the results of each check on each page, newest first",
        parameters=list_parameters(ScanResultFilter, sort=RESULT_SORT_FIELDS),
        responses=ScanResultSerializer(many=True),
    )
    def results(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return a page of results."""
        scan = self.get_row(Scan.objects.only("id"), pk)
        return self.respond_list(
            scan.results.select_related("page__part"),
            ScanResultSerializer,
            ScanResultFilter,
            total=lambda filters, rows: rows.order_by().count(),
            sort=RESULT_SORT_FIELDS,
            parent=str(scan.pk),
        )

    @extend_schema(summary="Start a scan", request=RunScanRequestSerializer, responses={202: ScanSerializer})
    def run(self, request: Request, **kwargs: Any) -> Response:
        """Queue a scan; costs one unit of quota."""
        trigger = self.validated_body(RunScanRequestSerializer)["trigger"]
        scan = scans.queue(self.project, url=self.url, trigger=trigger, by=self.actor)
        return self.respond(scan, ScanSerializer, status=202)

    @cached_property
    def url(self) -> str:
        """The URL to scan, validated: this resolves its host."""
        return scans.validated_url(
            self.validated_body(RunScanRequestSerializer).get("url") or self.project.site_url
        )


class ScreenshotViewSet(ProjectViewSet):
    """Screenshots that evidence names by their SHA-256."""

    conditional_actions = frozenset()

    @extend_schema(
        summary="Download a screenshot of evidence",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, sha256: str, **kwargs: Any) -> HttpResponse:
        """Return the image, which never changes."""
        image = screenshots.load(self.project.pk, sha256)
        if image is None:
            raise NotFound
        headers = {
            "Cache-Control": "private, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(image, content_type="image/jpeg", headers=headers)
