"""The pictures of a project's evidence, over HTTP."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from accounts.views import ProjectViewSet
from findings import pictures
from krafter_audit.api.described import described
from krafter_audit.api.errors import NotFound


class PictureViewSet(ProjectViewSet):
    """Pictures that evidence names by their SHA-256."""

    @described(
        summary="Download a picture that evidence names", responses={(200, "image/jpeg"): OpenApiTypes.BINARY}
    )
    def retrieve(self, request: Request, sha256: str, **kwargs: Any) -> HttpResponse:
        """Answer with the picture itself, which never changes."""
        picture = pictures.read(self.project.pk, sha256)
        if picture is None:
            raise NotFound
        headers = {
            "Cache-Control": "private, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(picture, content_type="image/jpeg", headers=headers)
