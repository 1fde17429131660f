from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from krafter_audit.api.lookup import get_or_404
from scans.models import SiteCredentials
from scans.site_credentials import services
from scans.site_credentials.serializers import PutSiteCredentialsRequestSerializer, SiteCredentialsSerializer


class SiteCredentialsViewSet(ProjectViewSet):
    """Credentials for scanning a site behind a login."""

    archived_project_actions = frozenset({"destroy"})

    @extend_schema(summary="Read which site credentials are set", responses=SiteCredentialsSerializer)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the origin and the kinds of credentials; 404 if there are none."""
        row = get_or_404(SiteCredentials.objects.defer("credentials"), project=self.project)
        return self.respond(row, SiteCredentialsSerializer)

    @extend_schema(
        summary="Set the site credentials",
        request=PutSiteCredentialsRequestSerializer,
        responses=SiteCredentialsSerializer,
    )
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Replace the credentials; they are stored encrypted and never returned."""
        body = self.validated_body(PutSiteCredentialsRequestSerializer)
        row = services.set_credentials(self.project, **body, by=self.actor, if_match=self.if_match)
        return self.respond(row, SiteCredentialsSerializer)

    @extend_schema(summary="Delete the site credentials", request=None, responses={200: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Delete the credentials."""
        services.delete_credentials(self.project, by=self.actor, if_match=self.if_match)
        return Response(None)
