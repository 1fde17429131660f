"""Alerts over HTTP: every message that was or was not sent, and where they go."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from integrations import destinations
from integrations.alert_serializers import (
    AlertDestinationSerializer,
    AlertSerializer,
    SetAlertDestinationRequestSerializer,
)
from integrations.models import Alert, Destination


class AlertViewSet(ProjectViewSet):
    """The messages of a project."""

    @extend_schema(summary="List alerts", responses=AlertSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the messages, the newest first."""
        rows = Alert.objects.filter(project=self.project)
        return self.respond_newest(rows, AlertSerializer, total=rows.count)


class DestinationViewSet(ProjectViewSet):
    """Where alerts go."""

    @extend_schema(summary="List where alerts go", responses=AlertDestinationSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with one entry for each channel that is set."""
        self.reject_unknown_parameters(())
        rows = Destination.objects.filter(project=self.project).order_by("channel")
        return Response([self.serialize(destinations.shown(row), AlertDestinationSerializer) for row in rows])

    @extend_schema(
        summary="Set where a channel leads",
        request=SetAlertDestinationRequestSerializer,
        responses=AlertDestinationSerializer,
    )
    def set(self, request: Request, channel: str, **kwargs: Any) -> Response:
        """Keep the webhook sealed, or the addresses."""
        destinations.refuse_unknown(channel)
        row = destinations.put(
            self.project, channel, by=self.actor, **self.validated_body(SetAlertDestinationRequestSerializer)
        )
        return Response(self.serialize(destinations.shown(row), AlertDestinationSerializer))

    @extend_schema(summary="Forget where a channel leads", request=None, responses=AlertDestinationSerializer)
    def destroy(self, request: Request, channel: str, **kwargs: Any) -> Response:
        """Forget it."""
        row = destinations.remove(self.project, channel, by=self.actor)
        return Response(self.serialize(destinations.shown(row), AlertDestinationSerializer))
