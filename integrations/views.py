"""Integrations over HTTP."""

from functools import cached_property
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.views import ProjectViewSet
from integrations import queries, services
from integrations.serializers import (
    ConnectIntegration,
    IntegrationListed,
    IntegrationShown,
    SyncRunShown,
    placeholder,
)


class IntegrationViewSet(ProjectViewSet):
    """The eight providers that a project can be connected to."""

    prepared: ClassVar = {"connect": "credentials"}

    @extend_schema(summary="List the eight providers", responses=IntegrationListed(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with one entry for each provider, always in the same order."""
        self.refuse_unknown_parameters(())
        entries = queries.one_for_each_provider(self.project)
        shown = [
            IntegrationShown(row, context=self.context).data if row else placeholder(name)
            for name, row in entries
        ]
        return Response(shown)

    @extend_schema(summary="Connect a provider", request=ConnectIntegration, responses=IntegrationShown)
    def connect(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Keep credentials, or exchange a code for them."""
        row = services.connect(self.project, provider, credentials=self.credentials, by=self.actor)
        return self.show(row, IntegrationShown)

    @cached_property
    def credentials(self) -> dict[str, Any]:
        """The credentials that were sent, or those that the provider gives for the code."""
        provider = self.kwargs["provider"]
        services.refuse_unknown(provider)
        asked = self.body(ConnectIntegration)
        return asked.get("credentials") or services.sign_in(self.project, provider, **asked)

    @extend_schema(summary="Disconnect a provider", request=None, responses=IntegrationShown)
    def destroy(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Wipe the credentials; 404 for a provider that was never connected."""
        row = services.disconnect(self.project, provider, by=self.actor)
        return self.show(row, IntegrationShown)

    @extend_schema(summary="Sync a provider", request=None, responses={202: IntegrationShown})
    def sync(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Queue a sync of all that is pending."""
        services.refuse_unknown(provider)
        self.nothing()
        row = services.request_sync(self.project, provider, by=self.actor)
        return self.show(row, IntegrationShown, status=202)

    @extend_schema(summary="Read what the last syncs did", responses=SyncRunShown(many=True))
    def log(self, request: Request, provider: str, **kwargs: Any) -> Response:
        """Answer with the last runs, the newest first."""
        services.refuse_unknown(provider)
        self.refuse_unknown_parameters(())
        runs = queries.last_runs(self.project, provider)
        return Response(SyncRunShown(runs, many=True, context=self.context).data)
