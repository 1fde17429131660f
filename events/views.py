from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from events.queries import project_events, settled_until
from events.serializers import NEWEST_FIRST, OLDEST_FIRST, EventFilterSerializer, EventSerializer
from krafter_audit.api.filters import CURSOR, LIMIT
from krafter_audit.api.pagination import (
    OldestFirstListing,
    QuerySetListing,
    paginate_by_cursor,
    paginate_feed,
    single_parameter,
)

ORDER = ("at", "id")
FILTERS = ("type", "subject", "created_after", "created_before", "sort")


class EventViewSet(ProjectViewSet):
    """The audit log of a project as a feed."""

    replica_actions = frozenset()  # `settled_until` reads the transactions of the primary

    @extend_schema(
        summary="List events",
        parameters=[
            OpenApiParameter("type", str, many=True, description="A name, or a group such as `finding.*`."),
            OpenApiParameter("subject", str, description="The id of a finding, task, scan, …"),
            OpenApiParameter("created_after", str, description="This time or later."),
            OpenApiParameter("created_before", str, description="Before this time."),
            OpenApiParameter("sort", str, enum=[NEWEST_FIRST, OLDEST_FIRST]),
            LIMIT,
            CURSOR,
        ],
        responses=EventSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, newest first. With `sort=created_at` the last cursor finds later events."""
        params = request.query_params
        self.reject_unknown_parameters({*FILTERS, "cursor", "limit"})
        filters = self._filters()
        events = project_events(
            self.project,
            types=filters["type"],
            subject_id=filters.get("subject"),
            after=filters.get("created_after"),
            before=filters.get("created_before"),
        )
        bound_to = f"events {self.project.pk}"
        if filters["sort"] == OLDEST_FIRST:
            settled = OldestFirstListing(events.filter(at__lt=settled_until()), order=ORDER)
            page = paginate_feed(settled, params, bound_to=bound_to)
        else:
            newest = QuerySetListing(events, order=ORDER)
            page = paginate_by_cursor(newest, params, bound_to=bound_to, total=lambda: None)
        return self.respond_page(page, EventSerializer)

    def _filters(self) -> dict[str, Any]:
        params = self.request.query_params
        sent: dict[str, Any] = {
            name: single_parameter(params, name) for name in FILTERS[1:] if name in params
        }
        if "type" in params:
            sent["type"] = params.getlist("type")
        filters = EventFilterSerializer(data=sent)
        filters.is_valid(raise_exception=True)
        return dict(filters.validated_data)
