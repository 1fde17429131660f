from datetime import timedelta
from functools import cached_property
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.views import ManagementViewSet
from accounts.viewsets import uuid_or_404
from krafter_audit.api.lists.filters import (
    CURSOR_PARAMETER,
    DATE_TIME,
    LIMIT_PARAMETER,
    NON_EMPTY_STRING,
    list_parameters,
)
from krafter_audit.api.lists.pagination import QuerySetListing, paginate_by_cursor, single_parameter
from notifications.filters import WebhookEndpointFilter
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import queries, services
from notifications.webhooks.serializers import (
    CreateWebhookEndpointRequestSerializer,
    DeliveryFilterSerializer,
    EventDeliveryDetailSerializer,
    EventDeliverySerializer,
    ReplayEventsRequestSerializer,
    ReplayResultSerializer,
    RotateWebhookSecretRequestSerializer,
    UpdateWebhookEndpointRequestSerializer,
    WebhookEndpointSerializer,
    WebhookEndpointWithSecretSerializer,
)

DELIVERY_FILTERS = ("status", "type", "created_after", "created_before")


class EndpointViewSet(ManagementViewSet):
    """Views of one endpoint of the organisation."""

    project_key_access = "none"  # an endpoint and its deliveries have the events of other projects, too

    def get_endpoint(self, pk: str) -> WebhookEndpoint:
        return queries.get_endpoint(self.caller.organization, uuid_or_404(pk))


class WebhookEndpointViewSet(EndpointViewSet):
    """The webhook endpoints of an organisation."""

    conditional_actions = frozenset({"retrieve", "rotate_secret"})
    secret_actions = frozenset({"create", "rotate_secret"})

    @cached_property
    def slugs(self) -> dict[Any, str]:
        return self.caller.organization.slugs_of_projects()

    @property
    def serializer_context(self) -> dict[str, Any]:
        return {"slugs": self.slugs, **super().serializer_context}

    @extend_schema(
        summary="List webhook endpoints",
        parameters=list_parameters(WebhookEndpointFilter),
        responses=WebhookEndpointSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """List the endpoints, newest first."""
        return self.respond_list(
            queries.endpoints_of(self.caller.organization),
            WebhookEndpointSerializer,
            WebhookEndpointFilter,
            total=lambda filters, rows: rows.count(),
        )

    @extend_schema(
        summary="Create a webhook endpoint",
        request=CreateWebhookEndpointRequestSerializer,
        responses={201: WebhookEndpointWithSecretSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create an endpoint. Only this response contains its secret."""
        body = self.validated_body(CreateWebhookEndpointRequestSerializer)
        endpoint, secret = services.create(self.caller.organization, by=self.actor, **body)
        return self._respond_with_secret(endpoint, secret, status=201)

    @extend_schema(summary="Read a webhook endpoint", responses=WebhookEndpointSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        endpoint = self.get_endpoint(pk)
        return self.respond(endpoint, WebhookEndpointSerializer)

    @extend_schema(
        summary="Change a webhook endpoint",
        request=UpdateWebhookEndpointRequestSerializer,
        responses=WebhookEndpointSerializer,
    )
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the fields that were sent. Enabling an endpoint sends what is pending at once."""
        endpoint = self.get_endpoint(pk)
        changed = services.update(
            self.caller.organization,
            endpoint.pk,
            changes=self.validated_body(UpdateWebhookEndpointRequestSerializer),
            by=self.actor,
            if_match=self.if_match,
        )
        return self.respond(changed, WebhookEndpointSerializer)

    @extend_schema(
        summary="Delete a webhook endpoint", request=None, responses={200: WebhookEndpointSerializer}
    )
    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Delete an endpoint with its deliveries."""
        deleted = services.delete(
            self.caller.organization, uuid_or_404(pk), by=self.actor, if_match=self.if_match
        )
        return self.respond(deleted, WebhookEndpointSerializer)

    @extend_schema(
        summary="Rotate the secret of a webhook endpoint",
        request=RotateWebhookSecretRequestSerializer,
        responses=WebhookEndpointWithSecretSerializer,
    )
    def rotate_secret(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Set a new secret. Until the overlap ends, messages have two signatures."""
        endpoint = self.get_endpoint(pk)
        body = self.validated_body(RotateWebhookSecretRequestSerializer)
        endpoint, secret = services.rotate_secret(
            self.caller.organization,
            endpoint.pk,
            overlap=timedelta(seconds=body["overlap_seconds"]),
            by=self.actor,
            if_match=self.if_match,
        )
        return self._respond_with_secret(endpoint, secret)

    @extend_schema(summary="Send a test event", request=None, responses={202: EventDeliverySerializer})
    def test(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue an event `webhook.test`, which is tried once."""
        endpoint = self.get_endpoint(pk)
        self.require_empty_body()
        delivery = services.send_test(self.caller.organization, endpoint.pk, by=self.actor)
        response = self.respond(delivery, EventDeliverySerializer, status=202)
        response["location"] = f"{deliveries_url(request)}/{delivery.pk}"
        return response

    @extend_schema(
        summary="Replay the events of a period",
        request=ReplayEventsRequestSerializer,
        responses={202: ReplayResultSerializer},
    )
    def replay(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Send the events of a period again that were not delivered, or all of them; at most 10,000."""
        endpoint = self.get_endpoint(pk)
        body = self.validated_body(ReplayEventsRequestSerializer)
        replayed, continue_from = services.replay_range(
            self.caller.organization,
            endpoint.pk,
            after=body["created_after"],
            before=body.get("created_before"),
            include_delivered=body["include_delivered"],
            by=self.actor,
        )
        found = {"replayed": replayed, "has_more": continue_from is not None, "continue_from": continue_from}
        result = self.serialize(found, ReplayResultSerializer)
        return Response(result, status=202, headers={"location": deliveries_url(request)})

    def _respond_with_secret(self, endpoint: WebhookEndpoint, secret: str, status: int = 200) -> Response:
        context = {**self.serializer_context, "secret": secret}
        data = WebhookEndpointWithSecretSerializer(endpoint, context=context).data
        return self.respond_data(endpoint, data, status)


def deliveries_url(request: Request) -> str:
    """Return the URL of the deliveries beside that of an action of the endpoint."""
    return f"{request.path.rpartition('/')[0]}/deliveries"


class EventDeliveryViewSet(EndpointViewSet):
    """The deliveries to a webhook endpoint."""

    @extend_schema(
        summary="List deliveries",
        parameters=[
            OpenApiParameter("status", str, enum=EventDelivery.Status.values),
            OpenApiParameter("type", NON_EMPTY_STRING),
            OpenApiParameter("created_after", DATE_TIME, description="Of events at this time or later."),
            OpenApiParameter("created_before", DATE_TIME, description="Of events before this time."),
            LIMIT_PARAMETER,
            CURSOR_PARAMETER,
        ],
        responses=EventDeliverySerializer(many=True),
    )
    def list(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """List the deliveries to an endpoint, newest first."""
        endpoint = self.get_endpoint(pk)
        params = request.query_params
        filters = DeliveryFilterSerializer(
            data={name: single_parameter(params, name) for name in DELIVERY_FILTERS if name in params}
        )
        filters.is_valid(raise_exception=True)
        deliveries = queries.deliveries_of(endpoint, **filters.validated_data)
        bound_to = f"{EventDelivery._meta.label} {endpoint.pk}"
        page = paginate_by_cursor(
            QuerySetListing(deliveries), params, bound_to=bound_to, total=deliveries.count
        )
        return self.respond_page(page, EventDeliverySerializer)

    @extend_schema(summary="Read a delivery", responses=EventDeliveryDetailSerializer)
    def retrieve(self, request: Request, pk: str, delivery_id: str, **kwargs: Any) -> Response:
        """Return the delivery with its body and its latest attempts."""
        endpoint = self.get_endpoint(pk)
        delivery = queries.get_delivery(endpoint, uuid_or_404(delivery_id))
        return self.respond(delivery, EventDeliveryDetailSerializer)

    @extend_schema(summary="Replay a delivery", request=None, responses={202: EventDeliverySerializer})
    def replay(self, request: Request, pk: str, delivery_id: str, **kwargs: Any) -> Response:
        """Send the event again, with the same id and body."""
        endpoint = self.get_endpoint(pk)
        delivery = queries.get_delivery(endpoint, uuid_or_404(delivery_id))
        self.require_empty_body()
        replayed = services.replay(self.caller.organization, endpoint.pk, delivery.pk, by=self.actor)
        return self.respond(replayed, EventDeliverySerializer, status=202)
