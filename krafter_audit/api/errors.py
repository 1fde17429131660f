from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings


def doc_url(code: str) -> str:
    """Return the URL of an error in this installation's documentation."""
    return f"{settings.KRAFTER_PUBLIC_URL}/api/docs/errors#{code}"


class ApiError(Exception):
    """A rejected request: raised by services, never caught in a view, answered by one handler.

    `details` is `{"field": ["message", …]}` for invalid fields, otherwise any JSON object.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    message: str = "The request was refused."

    def __init__(
        self,
        message: str | None = None,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or self.message
        self.details = dict(details) if details else None
        self.headers = dict(headers or {})
        super().__init__(self.message)

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = {"code": self.code, "message": self.message, "doc_url": doc_url(self.code)}
        return {**content, "details": self.details} if self.details else content


def all_errors() -> list[type[ApiError]]:
    """Return all error classes, sorted by code."""
    found: dict[str, type[ApiError]] = {}
    pending: list[type[ApiError]] = [ApiError]
    while pending:
        error = pending.pop()
        pending += error.__subclasses__()
        # A subclass without its own code has the code and the description of its parent.
        if "code" in vars(error):
            found.setdefault(error.code, error)
    return [found[code] for code in sorted(found)]


class BadRequest(ApiError):
    code, status = "bad_request", 400
    message = "The server cannot parse the request."


class MalformedJson(ApiError):
    code, status = "malformed_json", 400
    message = "The body is not valid JSON."


class Unauthorized(ApiError):
    code, status = "unauthorized", 401
    message = "A valid API key is required: send it as 'Authorization: Bearer kr_live_…'."


class Forbidden(ApiError):
    code, status = "forbidden", 403
    message = "This API key does not belong to that organisation."


class InsufficientScope(ApiError):
    code, status = "insufficient_scope", 403
    message = "This API key lacks the scope that the request needs."


class NotFound(ApiError):
    code, status = "not_found", 404
    message = "Not found."


class MethodNotAllowed(ApiError):
    code, status = "method_not_allowed", 405
    message = "This URL does not allow that method."


class NotAcceptable(ApiError):
    code, status = "not_acceptable", 406
    message = "The API answers in application/json only."


class RequestTimeout(ApiError):
    code, status = "request_timeout", 408
    message = "The request did not arrive in time."


class Conflict(ApiError):
    code, status = "conflict", 409
    message = "The request conflicts with the current state of the resource."


class PreconditionFailed(ApiError):
    code, status = "precondition_failed", 412
    message = "The resource has changed since it was read. Read it again, then repeat the change."


class PayloadTooLarge(ApiError):
    code, status = "payload_too_large", 413
    message = "The body is too large for this URL."


class UnsupportedMediaType(ApiError):
    code, status = "unsupported_media_type", 415
    message = "Send the body as application/json."


class InvalidParams(ApiError):
    code, status = "invalid_params", 422
    message = "Some parameters are invalid."

    def __init__(self, message: str | None = None, *, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message or _first_problem(details), details=details)


def _first_problem(details: Mapping[str, Any] | None) -> str | None:
    for name, lines in (details or {}).items():
        if isinstance(lines, list) and lines:
            return str(lines[0]) if name == "body" else f"{name}: {lines[0]}"
    return None


class HeaderTooLarge(ApiError):
    code, status = "header_too_large", 431
    message = "The header of the request is too large."


class RateLimited(ApiError):
    code, status = "rate_limited", 429
    message = "Too many requests. Wait for the number of seconds in retry-after."


class QuotaExceeded(ApiError):
    code, status = "quota_exceeded", 429
    message = "The organisation's quota for this month is used up."


class InternalError(ApiError):
    code, status = "internal_error", 500
    message = "Internal error. Report the request id to the operator."


class Unavailable(ApiError):
    code, status = "unavailable", 503
    message = "The service is temporarily unavailable. Try again shortly."
