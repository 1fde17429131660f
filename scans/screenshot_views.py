"""The pictures of a project's evidence, over HTTP."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.viewsets import ProjectViewSet
from krafter_audit.api.errors import NotFound
from scans import screenshots


class ScreenshotViewSet(ProjectViewSet):
    """Pictures that evidence names by their SHA-256."""

    @extend_schema(
        summary="Download a picture that evidence names", responses={(200, "image/jpeg"): OpenApiTypes.BINARY}
    )
    def retrieve(self, request: Request, sha256: str, **kwargs: Any) -> HttpResponse:
        """Answer with the picture itself, which never changes."""
        picture = screenshots.read(self.project.pk, sha256)
        if picture is None:
            raise NotFound
        headers = {
            "Cache-Control": "private, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(picture, content_type="image/jpeg", headers=headers)
