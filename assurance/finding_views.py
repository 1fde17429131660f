"""API views of findings with their guard windows, which lower apps cannot import."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view

from assurance.models import GuardWindow
from assurance.serializers import FindingWithGuardSerializer, GuardWindowSerializer
from findings.filters import FindingFilter
from findings.views import SORT_FIELDS
from krafter_audit.api.lists.filters import (
    CURSOR_PARAMETER,
    LIMIT_PARAMETER,
    OFFSET_PARAMETER,
    include_parameter,
    list_parameters,
)
from krafter_audit.api.lists.row_columns import represent_rows
from remediation.views import FindingWithTasksViewSet

INCLUDE = (*FindingWithTasksViewSet.embeddable, "guard")


@extend_schema_view(
    list=extend_schema(
        parameters=list_parameters(
            FindingFilter,
            sort=SORT_FIELDS,
            include=INCLUDE,
            pages=[LIMIT_PARAMETER, OFFSET_PARAMETER, CURSOR_PARAMETER],
        ),
        responses=FindingWithGuardSerializer(many=True),
    ),
    retrieve=extend_schema(parameters=[include_parameter(INCLUDE)], responses=FindingWithGuardSerializer),
)
class FindingWithGuardViewSet(FindingWithTasksViewSet):
    """Findings of a project; `?include=` embeds the tasks, dismissal and guard window of each."""

    embeddable: ClassVar[Collection[str]] = INCLUDE

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
