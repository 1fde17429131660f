"""Credentials for scanning a site behind a login, over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from krafter_audit.api.errors import NotFound
from scans.models import SiteCredentials
from scans.site_credentials import services
from scans.site_credentials.serializers import PutSiteCredentialsRequestSerializer, SiteCredentialsSerializer


class SiteCredentialsViewSet(ProjectViewSet):
    """What lets looks into a site behind a login."""

    @extend_schema(summary="Read which access is set", responses=SiteCredentialsSerializer)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the origin and the kinds; 404 where nothing is set."""
        row = SiteCredentials.objects.filter(project=self.project).defer("credentials").first()
        if row is None:
            raise NotFound
        return self.respond(row, SiteCredentialsSerializer)

    @extend_schema(
        summary="Set the access to a site behind a login",
        request=PutSiteCredentialsRequestSerializer,
        responses=SiteCredentialsSerializer,
    )
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Seal and keep it; what was set before is replaced."""
        asked = self.validated_body(PutSiteCredentialsRequestSerializer)
        origin, marker = asked.pop("origin"), asked.pop("logged_in", {})
        match = request.headers.get("if-match")
        row = services.set_credentials(
            self.project, origin=origin, credentials=asked, **marker, by=self.actor, if_match=match
        )
        return self.respond(row, SiteCredentialsSerializer)

    @extend_schema(summary="Forget the access", request=None, responses={200: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Wipe it."""
        services.delete_credentials(self.project, by=self.actor)
        return Response(None)
