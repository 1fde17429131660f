"""Integrations over HTTP."""

from functools import cached_property
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, as_uuid
from integrations import hooks, queries, resolution, services
from integrations.models import Conflict, Hook
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
from krafter_audit.api.pagination import PAGING, Rows, by_cursor


class IntegrationViewSet(ProjectViewSet):
    """The eight providers that a project can be connected to."""

    prepared: ClassVar = {"connect": "credentials"}

    @extend_schema(summary="List the eight providers", responses=IntegrationListItemSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with one entry for each provider, always in the same order."""
        self.refuse_unknown_parameters(())
        entries = queries.one_for_each_provider(self.project)
        return Response(
            [self.shown(row, IntegrationSerializer) if row else placeholder(name) for name, row in entries]
        )

    @extend_schema(
        summary="Connect a provider",
        request=ConnectIntegrationRequestSerializer,
        responses=IntegrationSerializer,
    )
    def connect(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Keep credentials, or exchange a code for them."""
        row = services.connect(self.project, provider, credentials=self.credentials, by=self.actor)
        return self.show(row, IntegrationSerializer)

    @cached_property
    def credentials(self) -> dict[str, Any]:
        """The credentials that were sent, or those that the provider gives for the code."""
        provider = self.kwargs["provider"]
        services.refuse_unknown(provider)
        asked = self.body(ConnectIntegrationRequestSerializer)
        return asked.get("credentials") or services.sign_in(self.project, provider, **asked)

    @extend_schema(summary="Disconnect a provider", request=None, responses=IntegrationSerializer)
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Wipe the credentials; 404 for a provider that was never connected."""
        row = services.disconnect(self.project, provider, by=self.actor)
        return self.show(row, IntegrationSerializer)

    @extend_schema(summary="Sync a provider", request=None, responses={202: IntegrationSerializer})
    def sync(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Queue a sync of all that is pending."""
        services.refuse_unknown(provider)
        self.nothing()
        row = services.request_sync(self.project, provider, by=self.actor)
        return self.show(row, IntegrationSerializer, status=202)

    @extend_schema(summary="Read when a provider is synced next", responses=SyncScheduleSerializer)
    def schedule(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the next time; 404 for a provider that was never connected."""
        row = queries.row_of(self.project, provider)
        return self.show(row, SyncScheduleSerializer)

    @extend_schema(summary="Read what the last syncs did", responses=SyncRunSerializer(many=True))
    def log(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the last runs, the newest first."""
        services.refuse_unknown(provider)
        self.refuse_unknown_parameters(())
        runs = queries.last_runs(self.project, provider)
        return Response([self.shown(run, SyncRunSerializer) for run in runs])


class HookViewSet(ProjectViewSet):
    """Where a provider calls a project."""

    @extend_schema(summary="Read where a provider calls", responses=WebhookSerializer)
    def retrieve(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the address; the secret was shown once."""
        services.refuse_unknown(provider)
        return self._show(hooks.find(self.project, provider))

    @extend_schema(
        summary="Let a provider call", request=CreateWebhookRequestSerializer, responses=WebhookSerializer
    )
    def make(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Make a new secret, or take the provider's own; the one before is void at once."""
        services.refuse_unknown(provider)
        secret = self.body(CreateWebhookRequestSerializer).get("secret")
        hook, made = hooks.make(self.project, provider, secret=secret, by=self.actor)
        return self._show(hook, made)

    @extend_schema(summary="Let a provider call no more", request=None, responses=WebhookSerializer)
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Take the address away."""
        services.refuse_unknown(provider)
        return self._show(hooks.remove(self.project, provider, by=self.actor))

    def _show(self, hook: Hook, secret: str | None = None) -> Response:
        return Response(self.shown(hooks.shown(hook, secret), WebhookSerializer))


class ConflictViewSet(ProjectViewSet):
    """What a project and a provider want differently."""

    @extend_schema(
        summary="List the conflicts of a provider",
        parameters=[ConflictFilterSerializer],
        responses=ConflictSerializer(many=True),
    )
    def list(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with those that a person has yet to decide, or with `?status=resolved`, the newest first."""
        services.refuse_unknown(provider)
        self.refuse_unknown_parameters({*PAGING, "status"} - {"offset"})
        wanted = ConflictFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        status = wanted.validated_data["status"]
        rows = queries.conflicts(self.project, provider, resolved=status == "resolved")
        place = f"{Conflict._meta.label} {self.project.pk} {provider} {status}"
        page = by_cursor(Rows(rows), request.query_params, bound_to=place, total=rows.count)
        return self.show_page(page, ConflictSerializer)

    @extend_schema(
        summary="Resolve a conflict", request=ResolveConflictRequestSerializer, responses=ConflictSerializer
    )
    def resolve(self, request: Request, provider: str, pk: str, **kwargs: Any) -> Response:
        """Let one side count; a conflict that is resolved already stays as it is."""
        conflict = queries.conflict_of(self.project, provider, as_uuid(pk))
        kept = self.body(ResolveConflictRequestSerializer)["keep"]
        row = resolution.resolve(self.project, provider, conflict.pk, kept=kept, by=self.actor)
        return self.show(row, ConflictSerializer)
