"""API views of findings with their tasks, which the app of findings does not know."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from findings.filters import FindingFilter
from findings.models import Finding
from findings.serializers import FindingSerializer
from findings.views import INCLUDE_DISMISSAL, SORT_FIELDS, FindingViewSet
from krafter_audit.api.lists.filters import (
    CURSOR,
    LIMIT,
    OFFSET,
    include_parameter,
    included,
    list_parameters,
)
from krafter_audit.api.lists.row_columns import represent_rows
from remediation import queries
from remediation.serializers import FindingWithTasksSerializer, TaskSerializer

INCLUDE = ("tasks", *INCLUDE_DISMISSAL)


class FindingWithTasksViewSet(FindingViewSet):
    """Findings of a project; `?include=` embeds the tasks and the dismissal of each."""

    embeddable: ClassVar[Collection[str]] = INCLUDE

    @extend_schema(
        summary="List findings, highest score first",
        parameters=list_parameters(
            FindingFilter, sort=SORT_FIELDS, include=INCLUDE, pages=[LIMIT, OFFSET, CURSOR]
        ),
        responses=FindingWithTasksSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, by offset or by cursor."""
        names = included(request.query_params, self.embeddable)
        response = super().list(request, **kwargs)
        for name in names:
            self.embed(name, response.data.rows)
        return response

    @extend_schema(
        summary="Read a finding",
        parameters=[include_parameter(INCLUDE)],
        responses=FindingWithTasksSerializer,
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the finding."""
        names = included(request.query_params, self.embeddable)
        if not names:
            return super().retrieve(request, pk, **kwargs)
        data = self.serialize(self.get_row(Finding.objects.all(), pk), FindingSerializer)
        for name in names:
            self.embed(name, [data])
        # No ETag: it would not change with the embedded rows.
        return Response(data)

    def embed(self, name: str, findings: Sequence[dict[str, Any]]) -> None:
        """Add to the representations of findings what the `include` of this name embeds."""
        if name != "tasks":
            super().embed(name, findings)
            return
        newest = queries.newest_tasks_of([finding["id"] for finding in findings])
        tasks = represent_rows(TaskSerializer, newest, self.serializer_context)
        for finding in findings:
            finding["tasks"] = [task for task in tasks if str(task["finding_id"]) == str(finding["id"])]
