"""Findings, regressions and scans over HTTP."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from events import counters
from findings.filters import FindingFilter, narrowed
from findings.models import Domain, Finding, FindingStatus, Regression, Severity
from findings.queries import FindingsByScore
from findings.serializers import (
    BulkCreateFindingsRequestSerializer,
    BulkResultSerializer,
    BulkUpdateFindingsRequestSerializer,
    BulkUpdateResultSerializer,
    CreateFindingRequestSerializer,
    FindingSerializer,
    RegressionSerializer,
    UpdateFindingRequestSerializer,
)
from findings.services import bulk, triage
from findings.services.ingestion import FindingReport, ingest_one
from krafter_audit.api.pagination import PAGINATION_PARAMETERS, paginate_by_cursor, paginate_by_offset
from krafter_audit.api.parsers import MEBIBYTE

LIMIT = OpenApiParameter("limit", int, description="1 to 100, 25 by default.")
CURSOR = OpenApiParameter("cursor", str, description="`meta.next_cursor` of the page before.")
OFFSET = OpenApiParameter("offset", int, description="How many rows to pass over.")


def one_of(name: str, values: list[str]) -> OpenApiParameter:
    """Describe a filter that may be repeated."""
    return OpenApiParameter(name, str, enum=values, many=True)


class FindingViewSet(ProjectViewSet):
    """What is wrong with the site."""

    replica_actions = frozenset({"list", "regressions"})

    @extend_schema(
        summary="List findings, the most urgent first",
        parameters=[
            one_of("severity", Severity.values),
            one_of("status", FindingStatus.values),
            one_of("domain", Domain.values),
            LIMIT,
            OFFSET,
            CURSOR,
        ],
        responses=FindingSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page, by offset or by cursor."""
        params = request.query_params
        self.reject_unknown_parameters(PAGINATION_PARAMETERS | {"severity", "status", "domain"})
        _, used = narrowed(FindingFilter, params, Finding.objects.none())
        project_id = self.project.pk

        def total() -> int:
            return counters.count(project_id, "finding", used)

        rows = FindingsByScore(project_id, used)
        if "cursor" in params:
            page = paginate_by_cursor(rows, params, bound_to=f"findings {project_id}", total=total)
        else:
            page = paginate_by_offset(rows, params, total=total)
        return self.respond_page(page, FindingSerializer)

    @extend_schema(summary="Read a finding", responses=FindingSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one finding."""
        return self.respond_row(pk, FindingSerializer)

    @extend_schema(
        summary="Report a finding",
        request=CreateFindingRequestSerializer,
        responses={201: FindingSerializer, 200: FindingSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create the finding, or update the one of that domain and title."""
        finding, created = ingest_one(
            self.project, FindingReport(**self.validated_body(CreateFindingRequestSerializer)), by=self.actor
        )
        return self.respond(finding, FindingSerializer, status=201 if created else 200)

    @extend_schema(
        summary="Change a finding", request=UpdateFindingRequestSerializer, responses=FindingSerializer
    )
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the fields named."""
        changed = triage.update(
            uuid_or_404(pk),
            project=self.project,
            changes=self.validated_body(UpdateFindingRequestSerializer),
            by=self.actor,
            if_match=request.headers.get("if-match"),
        )
        return self.respond(changed, FindingSerializer)

    @extend_schema(
        summary="List the regressions of a finding",
        parameters=[LIMIT, CURSOR],
        responses=RegressionSerializer(many=True),
    )
    def regressions(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with a page of this finding's regressions."""
        finding = self.get_row(Finding.objects.only("id"), pk)
        rows = Regression.objects.filter(finding=finding)
        return self.respond_newest(rows, RegressionSerializer, total=rows.count, parent=str(finding.pk))


class FindingBulkViewSet(ProjectViewSet):
    """Many findings at once."""

    body_limit = 16 * MEBIBYTE

    @extend_schema(
        summary="Report up to 1,000 findings",
        request=BulkCreateFindingsRequestSerializer,
        responses=BulkResultSerializer,
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """All or nothing, or `"mode": "partial"` with an answer for each item."""
        asked = self.validated_body(BulkCreateFindingsRequestSerializer)
        outcome = bulk.report(
            self.project,
            asked["findings"],
            partial=asked["mode"] == "partial",
            context=self.serializer_context,
            by=self.actor,
        )
        return Response(self.serialize(outcome, BulkResultSerializer))


class FindingBulkUpdateViewSet(ProjectViewSet):
    """One change of many findings."""

    @extend_schema(
        summary="Change many findings",
        request=BulkUpdateFindingsRequestSerializer,
        responses=BulkUpdateResultSerializer,
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Change all that match, or with `dry_run` say how many would be changed."""
        asked = self.validated_body(BulkUpdateFindingsRequestSerializer)
        outcome = bulk.update(self.project, asked, by=self.actor)
        return Response(self.serialize(outcome, BulkUpdateResultSerializer))


class RegressionViewSet(ProjectViewSet):
    """Findings that came back."""

    @extend_schema(
        summary="List regressions, newest first",
        parameters=[LIMIT, CURSOR],
        responses=RegressionSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Regression.objects.filter(project=self.project)
        return self.respond_newest(
            rows, RegressionSerializer, total=lambda: counters.count(self.project.pk, "regression")
        )
