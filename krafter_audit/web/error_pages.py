"""Errors outside of views: the API's in its envelope, others as a page."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from krafter_audit.admin.archived_projects import ArchivedProjectError
from krafter_audit.api import exceptions
from krafter_audit.api.middleware import is_api
from krafter_audit.web.public_pages import error_page, unavailable_page


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_api(request):
        return exceptions.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return error_page(413, "Request too large", "Send a smaller file or less text.", home=True)
    sentence = "The server does not understand this request. Go back and try again."
    return error_page(400, "Bad request", sentence, home=True)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_api(request):
        return exceptions.forbidden(request)
    if isinstance(exception, ArchivedProjectError):
        return error_page(403, "Nothing was changed", str(exception), home=True)
    sentence = "Your role does not allow this. Ask an administrator of your organisation."
    return error_page(403, "Access denied", sentence, home=True)


@csrf_exempt  # or a POST to an unknown URL would be a 403
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_api(request):
        return exceptions.not_found(request)
    sentence = "It may have been deleted, or belong to another organisation."
    return error_page(404, "Page not found", sentence, home=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the response to an exception: 503 if the database cannot be used, else 500."""
    if is_api(request):
        return exceptions.server_error(request)
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable_page(home=True)
    return error_page(500, "Server error", "The error is logged. Try again in a minute.", home=True)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the response to a form without a valid CSRF token."""
    if is_api(request):
        return exceptions.forbidden(request)
    sentence = "Go back, reload the page, and send it again. Cookies must be allowed."
    return error_page(403, "This form has expired", sentence, home=True)
