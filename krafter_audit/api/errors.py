"""What can be refused, as classes: a code, a status and a sentence. One handler turns each into the envelope."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Refusal(Exception):
    """A request that is not carried out. Raised by services, never caught in a view.

    `details` has the shape `{"field": ["a sentence", …]}` where fields are at fault, else any JSON object.
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


class MalformedJson(Refusal):
    code, status = "malformed_json", 400
    message = "The body is not valid JSON."


class Unauthorized(Refusal):
    code, status = "unauthorized", 401
    message = "A valid API key is needed: send it as 'Authorization: Bearer kr_live_…'."


class Forbidden(Refusal):
    code, status = "forbidden", 403
    message = "This API key does not belong to that organisation."


class InsufficientScope(Refusal):
    code, status = "insufficient_scope", 403
    message = "This API key lacks the scope that the request needs."


class NotFound(Refusal):
    code, status = "not_found", 404
    message = "There is no such thing here."


class MethodNotAllowed(Refusal):
    code, status = "method_not_allowed", 405
    message = "This address does not take that method."


class NotAcceptable(Refusal):
    code, status = "not_acceptable", 406
    message = "The API answers in application/json only."


class Conflict(Refusal):
    code, status = "conflict", 409
    message = "The request conflicts with the state of things."


class PreconditionFailed(Refusal):
    code, status = "precondition_failed", 412
    message = "The resource has changed since it was read. Read it again, then repeat the change."


class PayloadTooLarge(Refusal):
    code, status = "payload_too_large", 413
    message = "The body is larger than this address takes."


class UnsupportedMediaType(Refusal):
    code, status = "unsupported_media_type", 415
    message = "Send the body as application/json."


class InvalidParams(Refusal):
    code, status = "invalid_params", 422
    message = "Some of the parameters are not valid."


class RateLimited(Refusal):
    code, status = "rate_limited", 429
    message = "Too many requests. Wait for the number of seconds in retry-after."


class QuotaExceeded(Refusal):
    code, status = "quota_exceeded", 429
    message = "The organisation's quota for this month is used up."


class InternalError(Refusal):
    code, status = "internal_error", 500
    message = "Something went wrong on our side. Tell us the request id."


class Unavailable(Refusal):
    code, status = "unavailable", 503
    message = "The service is not available for the moment. Try again shortly."
