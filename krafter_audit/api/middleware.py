import logging
import re
import secrets
import time
from collections.abc import Callable
from urllib.parse import quote

import structlog
from django.http import HttpRequest, HttpResponse

from krafter_audit.api import request_metrics

logger = logging.getLogger("krafter_audit.requests")
# Paths that are followed by a token, which grants access.
LINK_PREFIX = r"(/(?:shared|invitations|insights/audit/alerts(?:/unsubscribe)?|password/reset/[^/\s]+)/)"
SECRET_IN_PATH = re.compile(LINK_PREFIX + r"(?!unsubscribe/)[^/\s]+")
REST_OF_PATH = re.compile(LINK_PREFIX + r"\S+")
# Browsers and proxies remove such a segment: the token may be after it.
REMOVED_SEGMENT = re.compile(r"/\.{0,2}/")
# A client's id is accepted if it cannot forge a log line and is long enough to be unique.
SAFE_REQUEST_ID = re.compile(r"\A[A-Za-z0-9_.\-]{20,200}\Z")
type Handler = Callable[[HttpRequest], HttpResponse]


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def new_request_id() -> str:
    return secrets.token_urlsafe(15)


def request_id_of(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


class RequestIdMiddleware:
    """Give a request an id, bound to log lines and returned as `x-request-id`; log and measure it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inbound = request.headers.get("x-request-id", "")
        request_id = inbound if SAFE_REQUEST_ID.match(inbound) else new_request_id()
        request.request_id = request_id  # type: ignore[attr-defined]  # ours, read by request_id_of
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            with request_metrics.requests_running.track_inprogress():
                response = self.get_response(request)
            seconds = time.perf_counter() - began
            request_metrics.observe(request, response.status_code, seconds)
            duration = round(seconds * 1000, 1)
            level = logging.DEBUG if request.path.startswith("/static/") else logging.INFO
            # Without the query, which may contain personal data.
            path = _loggable(request.path)
            logger.log(level, "%s %s %s %s ms", request.method, path, response.status_code, duration)
        response["x-request-id"] = request_id
        return response


def _loggable(path: str) -> str:
    # Percent-encoded again, so that a decoded line feed or escape sequence cannot forge a log line.
    return without_secrets(quote(path, safe="/:@!$&'()*+,;=-._~"))


def without_secrets(text: str) -> str:
    """Replace the tokens in the paths of a text by `…`."""
    secret = REST_OF_PATH if REMOVED_SEGMENT.search(text) else SECRET_IN_PATH
    return secret.sub(r"\1…", text)
