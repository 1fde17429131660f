"""Integrations over HTTP."""

from functools import cached_property
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.views import ProjectViewSet, as_uuid
from integrations import queries, services
from integrations.models import SyncConflict, Webhook
from integrations.serializers import (
    ConflictShown,
    ConflictsWanted,
    ConnectIntegration,
    HookShown,
    IntegrationListed,
    IntegrationShown,
    MakeHook,
    ResolveConflict,
    ScheduleShown,
    SyncRunShown,
    placeholder,
)
from integrations.sync.conflicts import resolve
from integrations.webhooks import services as webhooks
from krafter_audit.api.described import described
from krafter_audit.api.pagination import PAGING, Rows, by_cursor


class IntegrationViewSet(ProjectViewSet):
    """The eight providers that a project can be connected to."""

    prepared: ClassVar = {"connect": "credentials"}

    @described(summary="List the eight providers", responses=IntegrationListed(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with one entry for each provider, always in the same order."""
        self.refuse_unknown_parameters(())
        entries = queries.integrations_by_provider(self.project)
        return Response(
            [self.shown(row, IntegrationShown) if row else placeholder(name) for name, row in entries]
        )

    @described(summary="Connect a provider", request=ConnectIntegration, responses=IntegrationShown)
    def connect(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Keep credentials, or exchange a code for them."""
        row = services.connect(self.project, provider, credentials=self.credentials, by=self.actor)
        return self.show(row, IntegrationShown)

    @cached_property
    def credentials(self) -> dict[str, Any]:
        """The credentials that were sent, or those that the provider gives for the code."""
        provider = self.kwargs["provider"]
        queries.require_known_provider(provider)
        asked = self.body(ConnectIntegration)
        return asked.get("credentials") or services.exchange_code(self.project, provider, **asked)

    @described(summary="Disconnect a provider", request=None, responses=IntegrationShown)
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Wipe the credentials; 404 for a provider that was never connected."""
        row = services.disconnect(self.project, provider, by=self.actor)
        return self.show(row, IntegrationShown)

    @described(summary="Sync a provider", request=None, responses={202: IntegrationShown})
    def sync(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Queue a sync of all that is pending."""
        queries.require_known_provider(provider)
        self.nothing()
        row = services.sync_now(self.project, provider, by=self.actor)
        return self.show(row, IntegrationShown, status=202)

    @described(summary="Read when a provider is synced next", responses=ScheduleShown)
    def schedule(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the next time; 404 for a provider that was never connected."""
        row = queries.get_integration(self.project, provider)
        return self.show(row, ScheduleShown)

    @described(summary="Read what the last syncs did", responses=SyncRunShown(many=True))
    def log(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the last runs, the newest first."""
        queries.require_known_provider(provider)
        self.refuse_unknown_parameters(())
        runs = queries.latest_runs(self.project, provider)
        return Response([self.shown(run, SyncRunShown) for run in runs])


class HookViewSet(ProjectViewSet):
    """Where a provider calls a project."""

    @described(summary="Read where a provider calls", responses=HookShown)
    def retrieve(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the address; the secret was shown once."""
        queries.require_known_provider(provider)
        return self._show(webhooks.get_webhook(self.project, provider))

    @described(summary="Let a provider call", request=MakeHook, responses=HookShown)
    def make(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Make a new secret, or take the provider's own; the one before is void at once."""
        queries.require_known_provider(provider)
        secret = self.body(MakeHook).get("secret")
        webhook, generated = webhooks.enable(self.project, provider, secret=secret, by=self.actor)
        return self._show(webhook, generated)

    @described(summary="Let a provider call no more", request=None, responses=HookShown)
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Take the address away."""
        queries.require_known_provider(provider)
        return self._show(webhooks.disable(self.project, provider, by=self.actor))

    def _show(self, webhook: Webhook, secret: str | None = None) -> Response:
        return Response(self.shown(webhooks.describe(webhook, secret), HookShown))


class ConflictViewSet(ProjectViewSet):
    """What a project and a provider want differently."""

    @described(
        summary="List the conflicts of a provider",
        parameters=[ConflictsWanted],
        responses=ConflictShown(many=True),
    )
    def list(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with those that a person has yet to decide, or with `?status=resolved`, the newest first."""
        queries.require_known_provider(provider)
        self.refuse_unknown_parameters({*PAGING, "status"} - {"offset"})
        wanted = ConflictsWanted(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        status = wanted.validated_data["status"]
        rows = queries.conflicts(self.project, provider, resolved=status == "resolved")
        place = f"{SyncConflict._meta.label} {self.project.pk} {provider} {status}"
        page = by_cursor(Rows(rows), request.query_params, bound_to=place, total=rows.count)
        return self.show_page(page, ConflictShown)

    @described(summary="Resolve a conflict", request=ResolveConflict, responses=ConflictShown)
    def resolve(self, request: Request, provider: str, pk: str, **kwargs: Any) -> Response:
        """Let one side count; a conflict that is resolved already stays as it is."""
        conflict = queries.get_conflict(self.project, provider, as_uuid(pk))
        kept = self.body(ResolveConflict)["keep"]
        row = resolve(self.project, provider, conflict.pk, kept=kept, by=self.actor)
        return self.show(row, ConflictShown)
