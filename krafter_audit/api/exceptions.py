"""One handler: whatever a view raises becomes a refusal in the envelope."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as drf
from rest_framework.response import Response

from krafter_audit.api import errors
from krafter_audit.api.envelope import Failure, refuse

logger = logging.getLogger(__name__)

Translation = Callable[[Any], errors.Refusal]
TRANSLATIONS: list[tuple[type[BaseException] | tuple[type[BaseException], ...], Translation]] = [
    (errors.Refusal, lambda exc: exc),
    (drf.ValidationError, lambda exc: errors.InvalidParams(details=as_details(exc.detail))),
    (drf.ParseError, lambda exc: errors.MalformedJson()),
    (drf.UnsupportedMediaType, lambda exc: errors.UnsupportedMediaType()),
    (drf.NotAcceptable, lambda exc: errors.NotAcceptable()),
    (drf.MethodNotAllowed, lambda exc: errors.MethodNotAllowed()),
    # ObjectDoesNotExist: a row that went between the look-up and the lock.
    ((Http404, drf.NotFound, ObjectDoesNotExist), lambda exc: errors.NotFound()),
    (RequestDataTooBig, lambda exc: errors.PayloadTooLarge()),
    ((OperationalError, InterfaceError), lambda exc: errors.Unavailable(headers={"retry-after": "5"})),
]


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Turn any exception of an API view into an enveloped answer. What is unknown is logged and shown as a 500."""
    refusal = translate(exc)
    # The trace leads to the frames that hold the answer, which holds the refusal: nothing of it would go by itself.
    refusal.__traceback__ = refusal.__context__ = refusal.__cause__ = None
    view = context.get("view")
    if isinstance(refusal, errors.MethodNotAllowed) and view is not None:
        refusal.headers["allow"] = ", ".join(view.allowed_methods)
    return Response(Failure(refusal), status=refusal.status, headers=refusal.headers)


def translate(exc: Exception) -> errors.Refusal:
    """Find the refusal that stands for an exception."""
    for kinds, translation in TRANSLATIONS:
        if isinstance(exc, kinds):
            refusal = translation(exc)
            if refusal.status >= 500:
                logger.warning("unavailable: %s", type(exc).__name__)
            return refusal
    logger.error("unexpected %s", type(exc).__name__, exc_info=exc)
    return errors.InternalError()


def as_details(detail: Any) -> dict[str, Any]:
    """Flatten a serializer's complaints into `{"field": ["message", …]}`; nested fields get dotted names."""
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
        for place, item in enumerate(value):
            if item:
                _collect(f"{name}.{place}", item, flat)
    else:
        flat[name] = [str(line) for line in _lines(value)]


def _lines(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_api(request: HttpRequest) -> bool:
    """Tell whether the address belongs to the API, whose every failure is enveloped."""
    return request.path.startswith("/api/")


@csrf_exempt  # no such address takes a form, so what is missing is the address and not a token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 404."""
    return refuse(request, errors.NotFound()) if is_api(request) else HttpResponseNotFound("Not found.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 400: a host name that is not served, a body too big to read."""
    refusal = (
        errors.PayloadTooLarge()
        if isinstance(exception, RequestDataTooBig)
        else errors.Refusal(str(exception))
        if isinstance(exception, SuspiciousOperation) and not is_api(request)
        else errors.Refusal()
    )
    return refuse(request, refusal)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 403."""
    return refuse(request, errors.Forbidden("That is not allowed."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500, with nothing of the inside in it."""
    return refuse(request, errors.InternalError())
