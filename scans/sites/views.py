"""Sites of a project over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from findings.views import CURSOR, LIMIT
from scans.models import Site
from scans.sites import services
from scans.sites.serializers import CreateSiteRequestSerializer, SiteSerializer


class SiteViewSet(ProjectViewSet):
    """The hosts that a project says are its own."""

    @extend_schema(
        summary="List sites, newest first", parameters=[LIMIT, CURSOR], responses=SiteSerializer(many=True)
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Site.objects.filter(project=self.project)
        return self.respond_newest(rows, SiteSerializer, total=rows.count)

    @extend_schema(summary="Read a site", responses=SiteSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one site and the ways to prove it."""
        return self.respond(self.get_row(Site.objects.all(), pk), SiteSerializer)

    @extend_schema(
        summary="Name a host of the project",
        request=CreateSiteRequestSerializer,
        responses={201: SiteSerializer, 200: SiteSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Give the host its token."""
        site, made = services.add(
            self.project, by=self.actor, **self.validated_body(CreateSiteRequestSerializer)
        )
        return self.respond(site, SiteSerializer, status=201 if made else 200)

    @extend_schema(summary="Look at the proof", request=None, responses={202: SiteSerializer})
    def verify(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue a look at the DNS, the file and the start page."""
        self.require_empty_body()
        return self.respond(
            services.verify(uuid_or_404(pk), project=self.project, by=self.actor), SiteSerializer, status=202
        )
