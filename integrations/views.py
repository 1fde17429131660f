"""Integrations over HTTP."""

from functools import cached_property
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from integrations import queries, services
from integrations.models import SyncConflict, Webhook
from integrations.serializers import (
    ConflictFilterSerializer,
    ConflictSerializer,
    ConnectIntegrationRequestSerializer,
    CreateWebhookRequestSerializer,
    IntegrationListItemSerializer,
    IntegrationSerializer,
    ResolveConflictRequestSerializer,
    SyncRunSerializer,
    SyncScheduleSerializer,
    WebhookSerializer,
    placeholder,
)
from integrations.sync.conflicts import resolve
from integrations.webhooks import services as webhooks
from krafter_audit.api.pagination import PAGINATION_PARAMETERS, QuerySetListing, paginate_by_cursor


class IntegrationViewSet(ProjectViewSet):
    """The eight providers that a project can be connected to."""

    network_properties: ClassVar = {"connect": "credentials"}

    @extend_schema(summary="List the eight providers", responses=IntegrationListItemSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with one entry for each provider, always in the same order."""
        self.reject_unknown_parameters(())
        entries = queries.integrations_by_provider(self.project)
        return Response(
            [
                self.serialize(row, IntegrationSerializer) if row else placeholder(name)
                for name, row in entries
            ]
        )

    @extend_schema(
        summary="Connect a provider",
        request=ConnectIntegrationRequestSerializer,
        responses=IntegrationSerializer,
    )
    def connect(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Keep credentials, or exchange a code for them."""
        row = services.connect(self.project, provider, credentials=self.credentials, by=self.actor)
        return self.respond(row, IntegrationSerializer)

    @cached_property
    def credentials(self) -> dict[str, Any]:
        """The credentials that were sent, or those that the provider gives for the code."""
        provider = self.kwargs["provider"]
        queries.require_known_provider(provider)
        asked = self.validated_body(ConnectIntegrationRequestSerializer)
        return asked.get("credentials") or services.exchange_code(self.project, provider, **asked)

    @extend_schema(summary="Disconnect a provider", request=None, responses=IntegrationSerializer)
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Wipe the credentials; 404 for a provider that was never connected."""
        row = services.disconnect(self.project, provider, by=self.actor)
        return self.respond(row, IntegrationSerializer)

    @extend_schema(summary="Sync a provider", request=None, responses={202: IntegrationSerializer})
    def sync(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Queue a sync of all that is pending."""
        queries.require_known_provider(provider)
        self.require_empty_body()
        row = services.sync_now(self.project, provider, by=self.actor)
        return self.respond(row, IntegrationSerializer, status=202)

    @extend_schema(summary="Read when a provider is synced next", responses=SyncScheduleSerializer)
    def schedule(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the next time; 404 for a provider that was never connected."""
        row = queries.get_integration(self.project, provider)
        return self.respond(row, SyncScheduleSerializer)

    @extend_schema(summary="Read what the last syncs did", responses=SyncRunSerializer(many=True))
    def log(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the last runs, the newest first."""
        queries.require_known_provider(provider)
        self.reject_unknown_parameters(())
        runs = queries.latest_runs(self.project, provider)
        return Response([self.serialize(run, SyncRunSerializer) for run in runs])


class HookViewSet(ProjectViewSet):
    """Where a provider calls a project."""

    @extend_schema(summary="Read where a provider calls", responses=WebhookSerializer)
    def retrieve(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the address; the secret was shown once."""
        queries.require_known_provider(provider)
        return self._show(webhooks.get_webhook(self.project, provider))

    @extend_schema(
        summary="Let a provider call", request=CreateWebhookRequestSerializer, responses=WebhookSerializer
    )
    def make(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Make a new secret, or take the provider's own; the one before is void at once."""
        queries.require_known_provider(provider)
        secret = self.validated_body(CreateWebhookRequestSerializer).get("secret")
        webhook, generated = webhooks.enable(self.project, provider, secret=secret, by=self.actor)
        return self._show(webhook, generated)

    @extend_schema(summary="Let a provider call no more", request=None, responses=WebhookSerializer)
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Take the address away."""
        queries.require_known_provider(provider)
        return self._show(webhooks.disable(self.project, provider, by=self.actor))

    def _show(self, webhook: Webhook, secret: str | None = None) -> Response:
        return Response(self.serialize(webhooks.describe(webhook, secret), WebhookSerializer))


class ConflictViewSet(ProjectViewSet):
    """What a project and a provider want differently."""

    @extend_schema(
        summary="List the conflicts of a provider",
        parameters=[ConflictFilterSerializer],
        responses=ConflictSerializer(many=True),
    )
    def list(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with those that a person has yet to decide, or with `?status=resolved`, the newest first."""
        queries.require_known_provider(provider)
        self.reject_unknown_parameters({*PAGINATION_PARAMETERS, "status"} - {"offset"})
        wanted = ConflictFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        status = wanted.validated_data["status"]
        rows = queries.conflicts(self.project, provider, resolved=status == "resolved")
        place = f"{SyncConflict._meta.label} {self.project.pk} {provider} {status}"
        page = paginate_by_cursor(
            QuerySetListing(rows), request.query_params, bound_to=place, total=rows.count
        )
        return self.respond_page(page, ConflictSerializer)

    @extend_schema(
        summary="Resolve a conflict", request=ResolveConflictRequestSerializer, responses=ConflictSerializer
    )
    def resolve(self, request: Request, provider: str, pk: str, **kwargs: Any) -> Response:
        """Let one side count; a conflict that is resolved already stays as it is."""
        conflict = queries.get_conflict(self.project, provider, uuid_or_404(pk))
        kept = self.validated_body(ResolveConflictRequestSerializer)["keep"]
        row = resolve(self.project, provider, conflict.pk, kept=kept, by=self.actor)
        return self.respond(row, ConflictSerializer)
