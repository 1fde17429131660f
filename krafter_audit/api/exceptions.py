"""Turn every exception of a view into an enveloped error."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from psycopg.errors import ForeignKeyViolation
from rest_framework import exceptions as drf
from rest_framework.response import Response

from krafter_audit.api import errors
from krafter_audit.api.envelope import error_response

logger = logging.getLogger(__name__)

type Translation = Callable[[Any], errors.ApiError]
TRANSLATIONS: list[tuple[type[BaseException] | tuple[type[BaseException], ...], Translation]] = [
    (errors.ApiError, lambda exc: exc),
    (drf.ValidationError, lambda exc: _invalid_params(exc.detail)),
    (drf.ParseError, lambda exc: errors.MalformedJson()),
    (drf.UnsupportedMediaType, lambda exc: errors.UnsupportedMediaType()),
    (drf.NotAcceptable, lambda exc: errors.NotAcceptable()),
    (drf.MethodNotAllowed, lambda exc: errors.MethodNotAllowed()),
    # ObjectDoesNotExist: the row was deleted between the query and the lock.
    ((Http404, drf.NotFound, ObjectDoesNotExist), lambda exc: errors.NotFound()),
    (RequestDataTooBig, lambda exc: errors.PayloadTooLarge()),
    (SuspiciousOperation, lambda exc: errors.ApiError()),  # such as more than 1,000 query parameters
    ((OperationalError, InterfaceError), lambda exc: errors.Unavailable(headers={"retry-after": "5"})),
]


def handle_exception(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    error = to_api_error(exc)
    view = context.get("view")
    if isinstance(error, errors.MethodNotAllowed) and view is not None:
        error.headers["allow"] = ", ".join(view.allowed_methods)
        usable = [method for method in view.allowed_methods if method not in ("HEAD", "OPTIONS")]
        error.message += f" Use {' or '.join(usable)}."
    return Response(error, status=error.status, headers=error.headers)


def to_api_error(exc: Exception) -> errors.ApiError:
    """Return the API error for an exception; InternalError for an unexpected one."""
    for kinds, translation in TRANSLATIONS:
        if isinstance(exc, kinds):
            error = translation(exc)
            if error.status >= 500:
                logger.warning("unavailable: %s", type(exc).__name__)
            return error
    if isinstance(exc, IntegrityError) and isinstance(exc.__cause__, ForeignKeyViolation):
        # PostgreSQL checks references at the commit: another request has deleted the row in the meantime.
        logger.warning("a new row refers to one that was deleted: %s", exc.__cause__.diag.constraint_name)
        return errors.NotFound()
    # A defect: it is logged with its traceback, and the response discloses nothing.
    logger.error("unexpected %s", type(exc).__name__, exc_info=exc)
    return errors.InternalError()


def _invalid_params(detail: Any) -> errors.InvalidParams:
    details = validation_details(detail)
    # A field may be called body, as in a comment.
    is_field = isinstance(detail, dict) and next(iter(detail), "") == "body"
    return errors.InvalidParams(f"body: {details['body'][0]}" if is_field else None, details=details)


def validation_details(detail: Any) -> dict[str, Any]:
    """Flatten a serializer's errors into `{"field": ["message", …]}` with dotted names."""
    if not isinstance(detail, dict):
        return {"body": [str(line) for line in _lines(detail)]}
    flat: dict[str, Any] = {}
    for name, value in detail.items():
        key = "body" if name == "non_field_errors" else str(name)
        _collect(key, value, flat)
    return flat


def _collect(name: str, value: Any, flat: dict[str, Any]) -> None:
    if isinstance(value, dict):
        for inner, lines in value.items():
            _collect(name if inner == "non_field_errors" else f"{name}.{inner}", lines, flat)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            if item:
                _collect(f"{name}.{index}", item, flat)
    else:
        flat[name] = [str(line) for line in _lines(value)]


def _lines(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@csrf_exempt  # or a POST to an unknown URL would be a 403
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 404, or 308 to the URL without a trailing slash if it exists."""
    if request.path.endswith("/") and _exists(request.path.rstrip("/")):
        query = request.META.get("QUERY_STRING", "")
        location = quote(request.path.rstrip("/")) + (f"?{query}" if query else "")
        return HttpResponse(status=308, headers={"location": location})
    return error_response(request, errors.NotFound("The API has no such URL: /api/docs lists all."))


def _exists(path: str) -> bool:
    try:
        return resolve(path).func is not not_found
    except Resolver404:
        return False


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    is_too_large = isinstance(exception, RequestDataTooBig)
    return error_response(request, errors.PayloadTooLarge() if is_too_large else errors.ApiError())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, errors.Forbidden("Forbidden."))


def server_error(request: HttpRequest) -> HttpResponse:
    return error_response(request, errors.InternalError())
