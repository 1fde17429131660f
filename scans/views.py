"""Scans over HTTP."""

from functools import cached_property
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from events import counters
from findings.filters import filtered
from findings.views import CURSOR, LIMIT, one_of
from krafter_audit.api.envelope import Page
from krafter_audit.api.pagination import PAGINATION_PARAMETERS, QuerySetListing, paginate_by_cursor
from scans.filters import ResultFilter
from scans.models import OUTCOMES, Scan
from scans.queries import pages_of
from scans.serializers import (
    RunScanRequestSerializer,
    ScanPageSerializer,
    ScanResultSerializer,
    ScanSerializer,
)
from scans.services import scans


class ScanViewSet(ProjectViewSet):
    """Looks at the whole site."""

    strict_actions = frozenset({"run"})
    network_properties: ClassVar = {"run": "address"}

    @extend_schema(
        summary="List scans, newest first", parameters=[LIMIT, CURSOR], responses=ScanSerializer(many=True)
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Scan.objects.filter(project=self.project)
        return self.respond_newest(
            rows, ScanSerializer, total=lambda: counters.count(self.project.pk, "scan")
        )

    @extend_schema(summary="Read a scan", responses=ScanSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one scan."""
        return self.respond_row(pk, ScanSerializer)

    @extend_schema(summary="List the pages of a scan", responses=ScanPageSerializer(many=True))
    def pages(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with all of them, at most 25 for each scanner, in the order in which they are looked at."""
        self.reject_unknown_parameters(())
        pages = pages_of(self.get_row(Scan.objects.only("id"), pk))
        return self.respond_page(Page(pages, len(pages)), ScanPageSerializer)

    @extend_schema(
        summary="List what each check said of each page, newest first",
        parameters=[
            one_of("outcome", [*OUTCOMES]),
            OpenApiParameter("key", str, description="The key of one check."),
            OpenApiParameter("url", str, description="The address of one page."),
            LIMIT,
            CURSOR,
        ],
        responses=ScanResultSerializer(many=True),
    )
    def results(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with a page of them."""
        self.reject_unknown_parameters((PAGINATION_PARAMETERS - {"offset"}) | {"outcome", "key", "url"})
        scan = self.get_row(Scan.objects.only("id"), pk)
        rows = filtered(ResultFilter, request.query_params, scan.results.select_related("page__part")).qs
        listing = QuerySetListing(rows, order=("id",))
        bound_to = f"results {scan.pk}"
        page = paginate_by_cursor(
            listing, request.query_params, bound_to=bound_to, total=rows.order_by().count
        )
        return self.respond_page(page, ScanResultSerializer)

    @extend_schema(
        summary="Scan an address", request=RunScanRequestSerializer, responses={202: ScanSerializer}
    )
    def run(self, request: Request, **kwargs: Any) -> Response:
        """Queue a scan; one unit of quota."""
        trigger = self.validated_body(RunScanRequestSerializer)["trigger"]
        scan = scans.queue(self.project, address=self.address, trigger=trigger, by=self.actor)
        return self.respond(scan, ScanSerializer, status=202)

    @cached_property
    def address(self) -> str:
        """The address that was asked for, looked up."""
        return scans.address_of(
            self.validated_body(RunScanRequestSerializer).get("url") or self.project.site_url
        )
