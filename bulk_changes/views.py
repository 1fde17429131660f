from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from bulk_changes import services
from bulk_changes.filters import BulkChangeFilter
from bulk_changes.models import BulkChange
from bulk_changes.serializers import BulkChangeSerializer, BulkUpdateResultSerializer, represent
from krafter_audit.api.lists.filters import list_parameters


class BulkChangeViewSet(ProjectViewSet):
    """Bulk changes of a project."""

    @extend_schema(
        summary="List bulk changes, newest first",
        parameters=list_parameters(BulkChangeFilter),
        responses=BulkChangeSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(
            BulkChange.objects.filter(project=self.project).select_related("undone_by"),
            BulkChangeSerializer,
            BulkChangeFilter,
        )

    @extend_schema(summary="Read a bulk change", responses=BulkChangeSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the bulk change."""
        return self.respond(
            self.get_row(BulkChange.objects.select_related("undone_by"), pk), BulkChangeSerializer
        )

    @extend_schema(summary="Undo a bulk change", request=None, responses=BulkUpdateResultSerializer)
    def undo(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Restore the values from before; rows that have changed since are refused, each with the reason."""
        self.require_empty_body()
        result = services.undo(uuid_or_404(pk), project=self.project, by=self.actor)
        return Response(self.serialize(represent(result), BulkUpdateResultSerializer))
