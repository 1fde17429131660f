"""The envelope of every response: `{"data", "meta": {"request_id", …}, "error"}`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from krafter_audit.api.errors import ApiError
from krafter_audit.api.middleware import request_id_of
from krafter_audit.http.json_encoding import dump_json


@dataclass(frozen=True)
class ResultPage:
    """Rows with their number; None if counting would read a whole table."""

    rows: Sequence[Any]
    total: int | None
    next_cursor: str | None = None
    next_offset: int | None = None  # of a page by offset that is not the last page

    @property
    def meta(self) -> dict[str, Any]:
        return {"total": self.total, "next_cursor": self.next_cursor}


def with_warnings(response: Response, warnings: Sequence[str]) -> Response:
    """Add sentences about further effects of the request, or parts without effect, to the meta data."""
    # Not in the data, which is stored for an Idempotency-Key.
    response.warnings = warnings  # type: ignore[attr-defined]  # read by EnvelopeRenderer
    return response


@dataclass(frozen=True)
class DataWithMeta:
    """Plain data with further fields of `meta`."""

    data: Any
    meta: Mapping[str, Any]


def wrap(content: Any, request_id: str) -> dict[str, Any]:
    """Put a page, an error or plain data into the envelope."""
    if isinstance(content, ApiError):
        return {"data": None, "meta": {"request_id": request_id}, "error": content.content}
    if isinstance(content, ResultPage):
        return {"data": content.rows, "meta": {"request_id": request_id, **content.meta}, "error": None}
    if isinstance(content, DataWithMeta):
        return {"data": content.data, "meta": {"request_id": request_id, **content.meta}, "error": None}
    return {"data": content, "meta": {"request_id": request_id}, "error": None}


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8, and its media type has no such parameter (RFC 8259)

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        context = renderer_context or {}
        request, response = context["request"], context.get("response")
        # RFC 9110, section 15.4.5: a 304 has no content.
        if response is not None and response.status_code == 304:
            return b""
        content = wrap(data, request_id_of(request))
        if warnings := getattr(response, "warnings", ()):
            content["meta"]["warnings"] = warnings
        return dump_json(content)


def error_response(request: HttpRequest, error: ApiError) -> HttpResponse:
    """Return an error outside of Django REST framework."""
    body = dump_json(wrap(error, request_id_of(request)))
    return HttpResponse(
        body, status=error.status, content_type="application/json", headers=dict(error.headers)
    )
