from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from krafter_audit.api.lists.filters import list_parameters
from scans.models import Site
from scans.sites import services
from scans.sites.filters import SiteFilter
from scans.sites.serializers import CreateSiteRequestSerializer, SiteSerializer


class SiteViewSet(ProjectViewSet):
    """Sites of a project."""

    @extend_schema(
        summary="List sites, newest first",
        parameters=list_parameters(SiteFilter),
        responses=SiteSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(Site.objects.filter(project=self.project), SiteSerializer, SiteFilter)

    @extend_schema(summary="Read a site", responses=SiteSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the site and the instructions for its verification."""
        return self.respond(self.get_row(Site.objects.all(), pk), SiteSerializer)

    @extend_schema(
        summary="Register a site",
        request=CreateSiteRequestSerializer,
        responses={201: SiteSerializer, 200: SiteSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register a host of the project and create its verification token."""
        site, created = services.add(
            self.project, by=self.actor, **self.validated_body(CreateSiteRequestSerializer)
        )
        return self.respond(site, SiteSerializer, status=201 if created else 200)

    @extend_schema(summary="Verify a site", request=None, responses={202: SiteSerializer})
    def verify(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue a check of the DNS record, the file and the meta tag."""
        self.require_empty_body()
        site = services.request_verification(uuid_or_404(pk), project=self.project, by=self.actor)
        return self.respond(site, SiteSerializer, status=202)
