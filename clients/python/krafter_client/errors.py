"""The errors that the client raises."""

import math
from typing import Any, Self

import httpx


class InvalidApiKey(ValueError):
    """The text is no API key. The error does not show it."""

    def __init__(self) -> None:
        super().__init__("The API key has a space or another character that no API key has: copy it again.")


class ApiError(Exception):
    """The API refused a request. `code` is stable, `message` is a sentence, `details` name invalid fields."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{message} ({code}, request {request_id})" if request_id else f"{message} ({code})")
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}
        self.request_id = request_id
        self.retry_after = retry_after

    @classmethod
    def from_response(cls, response: httpx.Response) -> Self:
        """Read the error envelope; a proxy between the client and the API may send something else."""
        try:
            body = response.json()
            error, meta = body["error"], body.get("meta") or {}
            code, message, details = error["code"], error["message"], error.get("details")
        except (ValueError, KeyError, TypeError, AttributeError):
            code, message, details, meta = "http_error", f"HTTP {response.status_code}", None, {}
        return cls(
            response.status_code,
            str(code),
            str(message),
            details=details if isinstance(details, dict) else None,
            request_id=str(meta.get("request_id") or response.headers.get("x-request-id", "")),
            retry_after=seconds(response.headers.get("retry-after")),
        )

    def lines(self) -> list[str]:
        """Return the details as lines, for a terminal."""
        shown = []
        for name, value in self.details.items():
            texts = value if isinstance(value, list) else [value]
            if isinstance(value, dict):
                texts = [f"{key}: {text}" for key, text in value.items()]
            shown += [f"{name}: {text}" for text in texts]
        return shown


class WaitTimeout(Exception):
    """A job has not finished in time. It continues on the server."""


def seconds(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, or None if there are none."""
    try:
        value = float(header or "nan")
    except ValueError:
        return None
    return max(value, 0.0) if math.isfinite(value) else None
