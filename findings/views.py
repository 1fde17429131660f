from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from bulk_changes.serializers import BulkUpdateResultSerializer, represent
from events.as_of import AS_OF_PARAMETER, parse_as_of, respond_with_counts
from events.totals import counters
from findings.filters import (
    DismissalFilter,
    FindingCountFilter,
    FindingFilter,
    RegressionFilter,
    RegressionOfFindingFilter,
)
from findings.imports import MAX_DOCUMENT_BYTES
from findings.models import Dismissal, Finding, Regression
from findings.queries import FACETS, FindingsByScore, finding_counts
from findings.serializers import (
    BulkCreateFindingsRequestSerializer,
    BulkResultSerializer,
    BulkUpdateFindingsRequestSerializer,
    CreateFindingRequestSerializer,
    DismissalSerializer,
    DismissFindingRequestSerializer,
    FindingCountsSerializer,
    FindingSerializer,
    FindingWithDismissalSerializer,
    ImportFindingsRequestSerializer,
    RegressionSerializer,
    RegressionWithDeploysSerializer,
    UpdateFindingRequestSerializer,
    validate_items,
)
from findings.services import bulk, dismissals, triage
from findings.services.ingestion import FindingReport, ingest_one
from krafter_audit.api.lists.filters import (
    TIME_FIELDS,
    filter_rows,
    has_unordered_filter,
    included,
    list_parameters,
    sort_order,
    with_own_id,
)
from krafter_audit.api.lists.pagination import (
    Count,
    Listing,
    QuerySetListing,
    paginate_by_cursor,
    paginate_by_offset,
)
from krafter_audit.api.lists.row_columns import RowColumns, row_columns
from krafter_audit.api.parsers import MEBIBYTE

SORT_FIELDS = ("score", *TIME_FIELDS)
INCLUDE_DEPLOYS = ["deploys"]


class FindingViewSet(ProjectViewSet):
    """Findings of a project; `?include=` embeds the dismissal of each, and what higher apps add."""

    conditional_actions = frozenset({"retrieve", "dismiss"})
    replica_actions = frozenset({"list", "regressions"})
    embeddable: ClassVar[Collection[str]] = ("dismissal",)

    # The highest app describes the parameters and the response (assurance/finding_views.py).
    @extend_schema(summary="List findings, highest score first")
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, by offset or by cursor."""
        names = included(request.query_params, self.embeddable)
        params = with_own_id(request.query_params, self.caller.user_id)
        project_id = self.project.pk
        rows, filters = filter_rows(FindingFilter, params, Finding.objects.filter(project=project_id))

        @cache
        def total() -> int | None:
            return counters.count_matching(project_id, "finding", filters, rows, facets=FACETS)

        count_few = total if has_unordered_filter(FindingFilter, filters) else None
        listing = self._listing(rows, filters, count_few)
        if "cursor" in params:
            page = paginate_by_cursor(listing, params, bound_to=f"findings {project_id}", total=total)
        else:
            page = paginate_by_offset(listing, params, total=total)
        response = self.respond_page(page, FindingSerializer)
        for name in names:
            self.embed(name, response.data.rows)
        return response

    def _listing(self, rows: QuerySet[Finding], filters: Mapping[str, Any], count_few: Count) -> Listing:
        columns = cast("RowColumns", row_columns(FindingSerializer))
        order, descending = sort_order(self.request.query_params, SORT_FIELDS, "-score")
        if order[0] == "score" and descending and set(filters) <= FACETS.keys():
            # The most frequent list, by SQL.
            return FindingsByScore(self.project.pk, filters, columns=columns.names)
        return QuerySetListing(rows, order=order, descending=descending, columns=columns, count_few=count_few)

    @extend_schema(summary="Read a finding")
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the finding."""
        names = included(request.query_params, self.embeddable)
        if not names:
            return self.respond_row(pk, FindingSerializer)
        data = self.serialize(self.get_row(Finding.objects.all(), pk), FindingSerializer)
        for name in names:
            self.embed(name, [data])
        # No ETag: it would not change with the embedded rows.
        return Response(data)

    @extend_schema(
        summary="Report a finding",
        request=CreateFindingRequestSerializer,
        responses={201: FindingSerializer, 200: FindingSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create the finding, or update the one with the same domain and title."""
        finding, created = ingest_one(
            self.project, FindingReport(**self.validated_body(CreateFindingRequestSerializer)), by=self.actor
        )
        return self.respond(finding, FindingSerializer, status=201 if created else 200)

    @extend_schema(
        summary="Change a finding", request=UpdateFindingRequestSerializer, responses=FindingSerializer
    )
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the fields that were sent."""
        changed = triage.update(
            uuid_or_404(pk),
            project=self.project,
            changes=self.validated_body(UpdateFindingRequestSerializer),
            by=self.actor,
            if_match=self.if_match,
        )
        return self.respond(changed, FindingSerializer)

    @extend_schema(
        summary="List the regressions of a finding",
        parameters=list_parameters(RegressionOfFindingFilter),
        responses=RegressionSerializer(many=True),
    )
    def regressions(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return a page of the finding's regressions, newest first."""
        finding = self.get_row(Finding.objects.only("id"), pk)
        return self.respond_list(
            Regression.objects.filter(finding=finding),
            RegressionSerializer,
            RegressionOfFindingFilter,
            total=lambda filters, rows: rows.count(),
            parent=str(finding.pk),
        )

    def embed(self, name: str, findings: Sequence[dict[str, Any]]) -> None:
        """Add to the representations what the `include` of this name embeds: the dismissal, null without one."""
        known = dismissals.current([finding["id"] for finding in findings])
        shown = {str(pk): self.serialize(row, DismissalSerializer) for pk, row in known.items()}
        for finding in findings:
            finding[name] = shown.get(str(finding["id"]))

    @extend_schema(
        operation_id="dismiss_finding",
        summary="Dismiss a finding with a reason, until a day",
        request=DismissFindingRequestSerializer,
        responses=FindingWithDismissalSerializer,
    )
    def dismiss(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Dismiss the finding; without `accepted_until` until a person reopens it. Replaces an earlier dismissal."""
        row = self.get_row(Finding.objects.only("id"), pk)
        finding = triage.dismiss(
            row.pk,
            project=self.project,
            by=self.actor,
            if_match=self.if_match,
            **self.validated_body(DismissFindingRequestSerializer),
        )
        data = self.serialize(finding, FindingSerializer)
        self.embed("dismissal", [data])
        return self.respond_data(finding, data)

    @extend_schema(
        summary="List the dismissals of a finding",
        parameters=list_parameters(DismissalFilter),
        responses=DismissalSerializer(many=True),
    )
    def dismissals(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return a page of the finding's dismissals, newest first."""
        finding = self.get_row(Finding.objects.only("id"), pk)
        return self.respond_list(
            Dismissal.objects.filter(finding=finding),
            DismissalSerializer,
            DismissalFilter,
            total=lambda filters, rows: rows.count(),
            parent=str(finding.pk),
        )


class FindingCountsViewSet(ProjectViewSet):
    """The number of findings."""

    conditional_actions = frozenset()
    replica_actions = frozenset({"retrieve"})

    @extend_schema(
        summary="Count findings, now or at a past time",
        parameters=[*list_parameters(FindingCountFilter, sort=(), pages=()), AS_OF_PARAMETER],
        responses=FindingCountsSerializer,
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the number of the findings that match, by status, severity and domain."""
        params = request.query_params
        _, filters = filter_rows(FindingCountFilter, params, Finding.objects.none())
        as_of = parse_as_of(params)
        counts = finding_counts(self.project, filters, as_of)
        return respond_with_counts(self.project, self.serialize(counts, FindingCountsSerializer), as_of)


class FindingBulkViewSet(ProjectViewSet):
    """Bulk creation of findings."""

    body_limit = 16 * MEBIBYTE

    @extend_schema(
        summary="Report up to 1,000 findings",
        request=BulkCreateFindingsRequestSerializer,
        operation_id="bulk_create_findings",
        responses={200: BulkResultSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create or update all findings or none; with `"mode": "partial"` the valid ones, with a result for each."""
        body = self.validated_body(BulkCreateFindingsRequestSerializer)
        valid, errors = validate_items(body["findings"], self.serializer_context)
        result = bulk.report(
            self.project,
            [FindingReport(**item) for item in valid.values()],
            errors=errors,
            partial=body["mode"] == "partial",
            by=self.actor,
        )
        return Response(self.serialize(result, BulkResultSerializer))


class FindingImportViewSet(ProjectViewSet):
    """Import of other tools' reports."""

    body_limit = MAX_DOCUMENT_BYTES

    @extend_schema(
        summary="Import a report of SARIF, Lighthouse, axe-core or ZAP",
        request=ImportFindingsRequestSerializer,
        responses={200: BulkResultSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create or update a finding for each rule that the report shows as violated, all or none."""
        body = self.validated_body(ImportFindingsRequestSerializer)
        result = bulk.import_document(self.project, **body, by=self.actor)
        return Response(self.serialize(result, BulkResultSerializer))


class FindingBulkUpdateViewSet(ProjectViewSet):
    """Bulk update of findings."""

    @extend_schema(
        summary="Change many findings",
        request=BulkUpdateFindingsRequestSerializer,
        operation_id="bulk_update_findings",
        responses={200: BulkUpdateResultSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Change the findings that match; with `dry_run` only say what would change and what would be refused."""
        body = self.validated_body(BulkUpdateFindingsRequestSerializer)
        result = represent(bulk.update(self.project, body, by=self.actor))
        return Response(self.serialize(result, BulkUpdateResultSerializer))


class RegressionViewSet(ProjectViewSet):
    """Regressions of a project."""

    @extend_schema(
        summary="List regressions, newest first",
        parameters=list_parameters(RegressionFilter, include=INCLUDE_DEPLOYS),
        responses=RegressionWithDeploysSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        with_deploys = included(request.query_params, INCLUDE_DEPLOYS)
        return self.respond_list(
            Regression.objects.filter(project=self.project),
            RegressionWithDeploysSerializer if with_deploys else RegressionSerializer,
            RegressionFilter,
            total=lambda filters, rows: counters.count_matching(
                self.project.pk, "regression", filters, rows, facets={"status"}
            ),
        )
