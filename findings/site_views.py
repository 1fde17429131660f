"""The sites of a project, and the access to one behind a login, over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.views import ProjectViewSet, as_uuid
from findings import access
from findings.access_serializers import PutSiteCredentialsRequestSerializer, SiteCredentialsSerializer
from findings.models import Site, SiteAccess
from findings.services import sites
from findings.site_serializers import CreateSiteRequestSerializer, SiteSerializer
from findings.views import CURSOR, LIMIT
from krafter_audit.lib.errors import NotFound


class SiteViewSet(ProjectViewSet):
    """The hosts that a project says are its own."""

    @extend_schema(
        summary="List sites, newest first", parameters=[LIMIT, CURSOR], responses=SiteSerializer(many=True)
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Site.objects.filter(project=self.project)
        return self.show_newest(rows, SiteSerializer, total=rows.count)

    @extend_schema(summary="Read a site", responses=SiteSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one site and the ways to prove it."""
        return self.show(self.find(Site.objects.all(), pk), SiteSerializer)

    @extend_schema(
        summary="Name a host of the project",
        request=CreateSiteRequestSerializer,
        responses={201: SiteSerializer, 200: SiteSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Give the host its token."""
        site, made = sites.add(self.project, by=self.actor, **self.body(CreateSiteRequestSerializer))
        return self.show(site, SiteSerializer, status=201 if made else 200)

    @extend_schema(summary="Look at the proof", request=None, responses={202: SiteSerializer})
    def verify(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue a look at the DNS, the file and the start page."""
        self.nothing()
        return self.show(
            sites.verify(as_uuid(pk), project=self.project, by=self.actor), SiteSerializer, status=202
        )


class AccessViewSet(ProjectViewSet):
    """What lets looks into a site behind a login."""

    @extend_schema(summary="Read which access is set", responses=SiteCredentialsSerializer)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the origin and the kinds; 404 where nothing is set."""
        row = SiteAccess.objects.filter(project=self.project).defer("credentials").first()
        if row is None:
            raise NotFound
        return self.show(row, SiteCredentialsSerializer)

    @extend_schema(
        summary="Set the access to a site behind a login",
        request=PutSiteCredentialsRequestSerializer,
        responses=SiteCredentialsSerializer,
    )
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Seal and keep it; what was set before is replaced."""
        asked = self.body(PutSiteCredentialsRequestSerializer)
        origin, marker = asked.pop("origin"), asked.pop("logged_in", {})
        match = request.headers.get("if-match")
        row = access.put(
            self.project, origin=origin, credentials=asked, **marker, by=self.actor, if_match=match
        )
        return self.show(row, SiteCredentialsSerializer)

    @extend_schema(summary="Forget the access", request=None, responses={200: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Wipe it."""
        access.wipe(self.project, by=self.actor)
        return Response(None)
