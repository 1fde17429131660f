"""The sites of a project, and the access to one behind a login, over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.views import ProjectViewSet, as_uuid
from findings import access
from findings.access_serializers import AccessShown, PutAccess
from findings.models import Site, SiteAccess
from findings.services import sites
from findings.site_serializers import AddSite, SiteShown
from findings.views import CURSOR, LIMIT
from krafter_audit.api.described import described
from krafter_audit.api.errors import NotFound


class SiteViewSet(ProjectViewSet):
    """The hosts that a project says are its own."""

    @described(summary="List sites, newest first", parameters=[LIMIT, CURSOR], responses=SiteShown(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Site.objects.filter(project=self.project)
        return self.show_newest(rows, SiteShown, total=rows.count)

    @described(summary="Read a site", responses=SiteShown)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one site and the ways to prove it."""
        return self.show(self.find(Site.objects.all(), pk), SiteShown)

    @described(
        summary="Name a host of the project", request=AddSite, responses={201: SiteShown, 200: SiteShown}
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Give the host its token."""
        site, made = sites.add(self.project, by=self.actor, **self.body(AddSite))
        return self.show(site, SiteShown, status=201 if made else 200)

    @described(summary="Look at the proof", request=None, responses={202: SiteShown})
    def verify(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue a look at the DNS, the file and the start page."""
        self.nothing()
        return self.show(
            sites.verify(as_uuid(pk), project=self.project, by=self.actor), SiteShown, status=202
        )


class AccessViewSet(ProjectViewSet):
    """What lets looks into a site behind a login."""

    @described(summary="Read which access is set", responses=AccessShown)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the origin and the kinds; 404 where nothing is set."""
        row = SiteAccess.objects.filter(project=self.project).defer("credentials").first()
        if row is None:
            raise NotFound
        return self.show(row, AccessShown)

    @described(summary="Set the access to a site behind a login", request=PutAccess, responses=AccessShown)
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Seal and keep it; what was set before is replaced."""
        asked = self.body(PutAccess)
        origin, marker = asked.pop("origin"), asked.pop("logged_in", {})
        match = request.headers.get("if-match")
        row = access.put(
            self.project, origin=origin, credentials=asked, **marker, by=self.actor, if_match=match
        )
        return self.show(row, AccessShown)

    @described(summary="Forget the access", request=None, responses={200: None})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Wipe it."""
        access.wipe(self.project, by=self.actor)
        return Response(None)
