"""Limit the requests below /api/ that no view has counted: unknown URLs, the OpenAPI description, docs."""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from krafter_audit.api.envelope import error_response
from krafter_audit.api.errors import RateLimited
from krafter_audit.api.middleware import is_api
from krafter_audit.api.throttling import rate_limits


class AnonymousRateLimitMiddleware(MiddlewareMixin):
    """Give every response below /api/ the rate limit headers; answer 429 beyond the limit."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not is_api(request) or "x-ratelimit-limit" in response:
            return response
        # Counted after the response, since only the response shows that the request belonged to no organisation.
        window = rate_limits.hit("anonymous", rate_limits.client_network(request))
        try:
            window.raise_if_exceeded()
        except RateLimited as error:
            return error_response(request, error)
        for name, value in window.headers.items():
            response[name] = value
        return response
