"""Compress the responses of the API for clients that accept gzip."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from krafter_audit.api.etags import compressed


class ApiGZipMiddleware(GZipMiddleware):
    """Django's compression, with its random padding against BREACH, below /api/ only; files are sent as they are."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not request.path.startswith("/api/") or response.streaming:
            return response
        etag = response.get("etag", "")
        packed = super().process_response(request, response)
        if packed.has_header("content-encoding") and etag.startswith('"'):
            # Django's is weak, and If-Match needs a strong one.
            packed["etag"] = compressed(etag)
        return packed
