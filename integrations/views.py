from functools import cached_property
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from integrations import queries, services
from integrations.filters import ConflictFilter
from integrations.models import Webhook
from integrations.serializers import (
    INTEGRATION_LIST_ITEM,
    ConflictSerializer,
    ConnectIntegrationRequestSerializer,
    CreateWebhookRequestSerializer,
    IntegrationSerializer,
    ResolveConflictRequestSerializer,
    SyncRunSerializer,
    SyncScheduleSerializer,
    WebhookSerializer,
    WebhookWithSecretSerializer,
    placeholder,
)
from integrations.sync.tickets.conflicts import resolve
from integrations.webhooks import services as webhooks
from krafter_audit.api.lists.filters import list_parameters


class IntegrationViewSet(ProjectViewSet):
    """The integrations of a project."""

    archived_project_actions = frozenset({"destroy"})
    conditional_actions = frozenset({"retrieve", "schedule"})
    network_properties: ClassVar = {"connect": "credentials"}

    @extend_schema(summary="List integrations", responses=INTEGRATION_LIST_ITEM)
    def list(self, request: Request, **kwargs: Any) -> Response:
        """List every provider, always in the same order."""
        entries = queries.integrations_by_provider(self.project)
        return Response(
            [
                self.serialize(integration, IntegrationSerializer) if integration else placeholder(name)
                for name, integration in entries
            ]
        )

    @extend_schema(summary="Read an integration", responses=IntegrationSerializer)
    def retrieve(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Return the integration; 404 for a provider that was never connected."""
        return self.respond(queries.get_integration(self.project, provider), IntegrationSerializer)

    @extend_schema(
        summary="Connect a provider",
        request=ConnectIntegrationRequestSerializer,
        responses=IntegrationSerializer,
    )
    def connect(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Connect with credentials, or with an OAuth code."""
        integration = services.connect(self.project, provider, credentials=self.credentials, by=self.actor)
        return self.respond(integration, IntegrationSerializer)

    @cached_property
    def credentials(self) -> dict[str, Any]:
        """The credentials that were sent, or those that the provider returns for the code."""
        provider = self.kwargs["provider"]
        queries.require_known_provider(provider)
        body = self.validated_body(ConnectIntegrationRequestSerializer)
        return body.get("credentials") or services.exchange_code(self.project, provider, **body)

    @extend_schema(summary="Disconnect a provider", request=None, responses={200: IntegrationSerializer})
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Delete the credentials; 404 for a provider that was never connected."""
        integration = services.disconnect(self.project, provider, by=self.actor, if_match=self.if_match)
        return self.respond(integration, IntegrationSerializer)

    @extend_schema(summary="Sync a provider", request=None, responses={202: IntegrationSerializer})
    def sync(self, request: Request, provider: str, **kwargs: Any) -> Response:
        queries.require_known_provider(provider)
        self.require_empty_body()
        integration = services.sync_now(self.project, provider, by=self.actor)
        return self.respond(integration, IntegrationSerializer, status=202)

    @extend_schema(summary="Read the sync schedule of a provider", responses=SyncScheduleSerializer)
    def schedule(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Return the time of the next sync; 404 for a provider that was never connected."""
        integration = queries.get_integration(self.project, provider)
        return self.respond(integration, SyncScheduleSerializer)

    @extend_schema(
        operation_id="list_integration_syncs",
        summary="List the latest syncs of a provider",
        responses=SyncRunSerializer(many=True),
    )
    def log(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """List the latest runs, newest first."""
        queries.require_known_provider(provider)
        runs = queries.latest_runs(self.project, provider)
        return Response([self.serialize(run, SyncRunSerializer) for run in runs])


class WebhookViewSet(ProjectViewSet):
    """The webhook of a provider."""

    archived_project_actions = frozenset({"destroy"})

    @extend_schema(summary="Read the webhook of a provider", responses=WebhookSerializer)
    def retrieve(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Return the URL, without the secret."""
        return self._present(webhooks.get_webhook(self.project, provider))

    @extend_schema(
        summary="Enable the webhook",
        request=CreateWebhookRequestSerializer,
        responses=WebhookWithSecretSerializer,
    )
    def enable(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Enable the webhook with a new secret, or with the provider's own. The previous one is void."""
        queries.require_known_provider(provider)
        secret = self.validated_body(CreateWebhookRequestSerializer).get("secret")
        webhook, generated = webhooks.enable(
            self.project, provider, secret=secret, by=self.actor, if_match=self.if_match
        )
        return self.respond(webhooks.describe(webhook, generated), WebhookWithSecretSerializer, of=webhook)

    @extend_schema(summary="Disable the webhook", request=None, responses={200: WebhookSerializer})
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        return self._present(webhooks.disable(self.project, provider, by=self.actor, if_match=self.if_match))

    def _present(self, webhook: Webhook) -> Response:
        return self.respond(webhooks.describe(webhook), WebhookSerializer, of=webhook)


class ConflictViewSet(ProjectViewSet):
    """Conflicts between tasks and their tickets."""

    @extend_schema(
        summary="List the conflicts of a provider",
        parameters=list_parameters(ConflictFilter),
        responses=ConflictSerializer(many=True),
    )
    def list(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """List open conflicts, or others by `?status=`, newest first."""
        queries.require_known_provider(provider)
        conflicts = queries.conflicts(self.project, provider)
        return self.respond_list(
            conflicts if "status" in request.query_params else conflicts.filter(resolved_at__isnull=True),
            ConflictSerializer,
            ConflictFilter,
            parent=f"{self.project.pk} {provider}",
        )

    @extend_schema(
        summary="Resolve a conflict", request=ResolveConflictRequestSerializer, responses=ConflictSerializer
    )
    def resolve(self, request: Request, provider: str, pk: str, **kwargs: Any) -> Response:
        """Keep one side; a resolved conflict does not change."""
        conflict = queries.get_conflict(self.project, provider, uuid_or_404(pk))
        side = self.validated_body(ResolveConflictRequestSerializer)["keep"]
        resolved = resolve(self.project, provider, conflict.pk, resolution=side, by=self.actor)
        return self.respond(resolved, ConflictSerializer)
