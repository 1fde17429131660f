from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.views import ManagementViewSet
from accounts.viewsets import OrganizationViewSet, ProjectViewSet
from events.models import Event
from events.queries import complete_until, filter_events
from events.serializers import (
    NEWEST_FIRST,
    OLDEST_FIRST,
    EventFilterSerializer,
    EventSerializer,
    OrganizationEventFilterSerializer,
    OrganizationEventSerializer,
)
from krafter_audit.api.lists.filters import (
    CURSOR_PARAMETER,
    DATE_TIME,
    LIMIT_PARAMETER,
    NON_EMPTY_STRING_LIST,
)
from krafter_audit.api.lists.pagination import (
    QuerySetListing,
    paginate_by_cursor,
    paginate_feed,
    single_parameter,
)

ORDER = ("at", "id")
SINGLE_PARAMETERS = ("subject", "created_after", "created_before", "sort")


PARAMETERS = [
    OpenApiParameter("type", NON_EMPTY_STRING_LIST, description="A name, or a group such as `finding.*`."),
    OpenApiParameter(
        "subject", {"type": "string", "format": "uuid"}, description="The id of a finding, task, scan, …"
    ),
    OpenApiParameter("created_after", DATE_TIME, description="This time or later."),
    OpenApiParameter("created_before", DATE_TIME, description="Before this time."),
    OpenApiParameter("sort", str, enum=[NEWEST_FIRST, OLDEST_FIRST]),
    LIMIT_PARAMETER,
    CURSOR_PARAMETER,
]


class FeedViewSet(OrganizationViewSet):
    """A part of the audit log as a feed."""

    replica_actions = frozenset()  # `complete_until` reads the transactions of the primary
    filter_class: ClassVar[type[EventFilterSerializer]] = EventFilterSerializer

    def respond_feed(self, rows: QuerySet[Event], serializer_class: type[EventSerializer]) -> Response:
        """Return the response with a page of the organisation's or project's events."""
        params = self.request.query_params
        filters = self._filters()
        events = filter_events(
            rows,
            types=filters["type"],
            subject_id=filters.get("subject"),
            after=filters.get("created_after"),
            before=filters.get("created_before"),
        )
        bound_to = f"events {self.owner_id}"
        if filters["sort"] == OLDEST_FIRST:
            listing = QuerySetListing(events.filter(at__lt=complete_until()), order=ORDER, descending=False)
            page = paginate_feed(listing, params, bound_to=bound_to)
        else:
            newest = QuerySetListing(events, order=ORDER)
            page = paginate_by_cursor(newest, params, bound_to=bound_to)
        return self.respond_page(page, serializer_class)

    def _filters(self) -> dict[str, Any]:
        params = self.request.query_params
        sent: dict[str, Any] = {
            name: single_parameter(params, name) for name in SINGLE_PARAMETERS if name in params
        }
        if "type" in params:
            sent["type"] = params.getlist("type")
        filters = self.filter_class(data=sent)
        filters.is_valid(raise_exception=True)
        return dict(filters.validated_data)


class EventViewSet(FeedViewSet, ProjectViewSet):
    """The audit log of a project as a feed."""

    @extend_schema(summary="List events", parameters=PARAMETERS, responses=EventSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, newest first. With `sort=created_at` the last cursor finds later events."""
        return self.respond_feed(Event.objects.filter(project=self.project), EventSerializer)


class OrganizationEventViewSet(FeedViewSet, ManagementViewSet):
    """The changes of members, API keys, projects and webhook endpoints, and sign-ins, as a feed."""

    project_key_access = "none"
    reads_need_role = True
    filter_class = OrganizationEventFilterSerializer

    @extend_schema(
        summary="List the events of the organisation",
        operation_id="list_organization_events",
        parameters=PARAMETERS,
        responses=OrganizationEventSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, newest first. With `sort=created_at` the last cursor finds later events."""
        rows = Event.objects.filter(organization=self.caller.organization, project=None)
        return self.respond_feed(rows, OrganizationEventSerializer)
