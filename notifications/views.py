from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from krafter_audit.api.lists.filters import list_parameters
from notifications import destinations
from notifications.filters import AlertFilter
from notifications.models import Alert, Destination
from notifications.serializers import (
    AlertDestinationSerializer,
    AlertSerializer,
    SetAlertDestinationRequestSerializer,
)


class AlertViewSet(ProjectViewSet):
    """The alerts of a project."""

    @extend_schema(
        summary="List alerts, newest first",
        parameters=list_parameters(AlertFilter),
        responses=AlertSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(
            Alert.objects.filter(project=self.project),
            AlertSerializer,
            AlertFilter,
        )


class AlertDestinationViewSet(ProjectViewSet):
    """Where the alerts of a project are sent."""

    archived_project_actions = frozenset({"destroy"})

    @extend_schema(summary="List alert destinations", responses=AlertDestinationSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """List the destinations that are set, one for each channel."""
        found = Destination.objects.filter(project=self.project).order_by("channel")
        return Response([self.serialize(row, AlertDestinationSerializer) for row in found])

    @extend_schema(summary="Read an alert destination", responses=AlertDestinationSerializer)
    def retrieve(self, request: Request, channel: str, **kwargs: Any) -> Response:
        """Return the destination of a channel; 404 if none is set."""
        return self.respond(destinations.get_destination(self.project, channel), AlertDestinationSerializer)

    @extend_schema(
        summary="Set an alert destination",
        request=SetAlertDestinationRequestSerializer,
        responses=AlertDestinationSerializer,
    )
    def set(self, request: Request, channel: str, **kwargs: Any) -> Response:
        destinations.require_known_channel(channel)
        body = self.validated_body(SetAlertDestinationRequestSerializer)
        destination = destinations.set_destination(
            self.project, channel, by=self.actor, if_match=self.if_match, **body
        )
        return self.respond(destination, AlertDestinationSerializer)

    @extend_schema(
        summary="Delete an alert destination", request=None, responses={200: AlertDestinationSerializer}
    )
    def destroy(self, request: Request, channel: str, **kwargs: Any) -> Response:
        destination = destinations.delete_destination(
            self.project, channel, by=self.actor, if_match=self.if_match
        )
        return self.respond(destination, AlertDestinationSerializer)
