"""The request id: made or kept at the outermost layer, shown in every answer and every log line."""

import base64
import logging
import os
import re
import time
from collections.abc import Callable
from urllib.parse import quote

import structlog
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("krafter_audit.requests")
SHARED = re.compile(r"(/shared/)[^/]+")
SAFE = re.compile(r"\A[A-Za-z0-9_.\-]{20,200}\Z")
Handler = Callable[[HttpRequest], HttpResponse]


def new_request_id() -> str:
    """Return 20 URL-safe base64 characters (15 random bytes)."""
    return base64.urlsafe_b64encode(os.urandom(15)).decode()


def request_id_of(request: HttpRequest) -> str:
    """Return the id of this request."""
    return str(getattr(request, "request_id", ""))


class RequestIdMiddleware:
    """Give every request an id, bind it to the log lines, and send it back as `x-request-id`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inbound = request.headers.get("x-request-id", "")
        request_id = inbound if SAFE.match(inbound) else new_request_id()
        request.request_id = request_id  # type: ignore[attr-defined]  # ours, read by request_id_of
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            duration = round((time.perf_counter() - began) * 1000, 1)
            # The path without its query: a query may carry what a log should not keep.
            level = logging.DEBUG if request.path.startswith("/static/") else logging.INFO
            told = (request.method, _shown(request.path), response.status_code, duration)
            logger.log(level, "%s %s %s %s ms", *told)
        response["x-request-id"] = request_id
        return response


def _shown(path: str) -> str:
    """Return the path without the token of a shared report: whoever holds the link may read the report.

    It is percent-encoded again, so that a decoded line feed or escape sequence writes no log line of its own.
    """
    return SHARED.sub(r"\1…", quote(path, safe="/:@!$&'()*+,;=-._~"))
