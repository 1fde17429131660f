from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from krafter_audit.api import etags
from krafter_audit.api.envelope import EnvelopeRenderer
from krafter_audit.api.errors import all_errors
from krafter_audit.api.openapi.schema import CachedSchemaGenerator


class EnvelopedErrorsMixin(APIView):
    """Render errors in the envelope."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(response, Response) and response.exception:
            request.accepted_renderer = EnvelopeRenderer()
            request.accepted_media_type = EnvelopeRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


# no_cache: clients revalidate by ETag, so that an upgrade has effect at once.
@method_decorator(cache_control(no_cache=True), name="dispatch")
class SchemaView(EnvelopedErrorsMixin, SpectacularAPIView):
    renderer_classes = [OpenApiJsonRenderer2]
    generator_class = CachedSchemaGenerator

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if etags.is_not_modified(request.headers.get("if-none-match"), _etag()):
            response = Response(status=304)
        else:
            response = super().get(request, *args, **kwargs)
        response["etag"] = _etag()
        return response


@cache
def _etag() -> str:
    return etags.etag_for_content(CachedSchemaGenerator().get_schema(public=True))


@require_safe
def error_list(request: HttpRequest) -> HttpResponse:
    """Show all errors of the API, a section each, for `doc_url`."""
    return render(request, "api/errors.html", {"errors": all_errors()})


@method_decorator(csp_override(settings.DOCS_CSP), name="dispatch")
class DocsView(EnvelopedErrorsMixin, SpectacularSwaggerSplitView):
    """Swagger UI, with its script at its own URL as the content security policy requires."""

    template_name = "api/docs.html"
