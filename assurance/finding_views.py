"""API views of findings with their guard windows, which lower apps do not know."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assurance.models import GuardWindow
from assurance.serializers import FindingWithGuardSerializer, GuardWindowSerializer
from findings.filters import FindingFilter
from findings.views import SORT_FIELDS
from krafter_audit.api.filters import CURSOR, LIMIT, OFFSET, include_parameter, list_parameters
from krafter_audit.api.row_columns import represent_rows
from remediation import finding_views
from remediation.finding_views import FindingWithTasksViewSet

INCLUDE = (*finding_views.INCLUDE, "guard")


class FindingWithGuardViewSet(FindingWithTasksViewSet):
    """Findings of a project; `?include=` embeds the tasks, dismissal and guard window of each."""

    embeddable: ClassVar[Collection[str]] = INCLUDE

    @extend_schema(
        summary="List findings, highest score first",
        parameters=list_parameters(
            FindingFilter, sort=SORT_FIELDS, include=INCLUDE, pages=[LIMIT, OFFSET, CURSOR]
        ),
        responses=FindingWithGuardSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, by offset or by cursor."""
        return super().list(request, **kwargs)

    @extend_schema(
        summary="Read a finding",
        parameters=[include_parameter(INCLUDE)],
        responses=FindingWithGuardSerializer,
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the finding."""
        return super().retrieve(request, pk, **kwargs)

    def embed(self, name: str, findings: Sequence[dict[str, Any]]) -> None:
        """Add tasks, dismissals, or the newest guard window: null if the finding was never guarded."""
        if name != "guard":
            super().embed(name, findings)
            return
        rows = GuardWindow.objects.filter(finding__in=[finding["id"] for finding in findings])
        newest = rows.order_by("finding", "-created_at").distinct("finding")
        windows = represent_rows(GuardWindowSerializer, newest, self.serializer_context)
        by_finding = {str(window["finding_id"]): window for window in windows}
        for finding in findings:
            finding["guard"] = by_finding.get(str(finding["id"]))
