"""The envelope: `{"data", "meta": {"request_id", …}, "error"}` around every answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from krafter_audit.api.errors import ApiError
from krafter_audit.api.middleware import request_id_of
from krafter_audit.http.json_encoding import dump_json


@dataclass(frozen=True)
class Page:
    """The rows of one page of a list, and what `meta` says of it."""

    rows: Sequence[Any]
    total: int
    next_cursor: str | None = None

    @property
    def meta(self) -> dict[str, Any]:
        """Return `{total, next_cursor}`."""
        return {"total": self.total, "next_cursor": self.next_cursor}


@dataclass(frozen=True)
class Failure:
    """A refusal on its way into the envelope."""

    refusal: ApiError
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> dict[str, Any]:
        """Return `{code, message}` and `details` where there are any."""
        error: dict[str, Any] = {"code": self.refusal.code, "message": self.refusal.message}
        return {**error, "details": self.refusal.details} if self.refusal.details else error


def wrap(content: Any, request_id: str) -> dict[str, Any]:
    """Put a page, a failure or plain data into the envelope."""
    if isinstance(content, Failure):
        return {"data": None, "meta": {"request_id": request_id}, "error": content.error}
    if isinstance(content, Page):
        return {"data": content.rows, "meta": {"request_id": request_id, **content.meta}, "error": None}
    return {"data": content, "meta": {"request_id": request_id}, "error": None}


class Negotiation(DefaultContentNegotiation):
    """What the client takes; whoever takes anything, or JSON, is not asked in detail."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and its media type. Raises NotAcceptable."""
        first = next(iter(renderers))
        if request.META.get("HTTP_ACCEPT", "*/*") in ("*/*", first.media_type) and not format_suffix:
            return first, str(first.media_type)
        return super().select_renderer(request, renderers, format_suffix)


class EnvelopeRenderer(BaseRenderer):
    """Renders what a view returns as enveloped JSON."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the bytes of the envelope; a 304 has no body, so no length of one is told either."""
        context = renderer_context or {}
        request, response = context["request"], context.get("response")
        if response is not None and response.status_code == 304:
            return b""
        return dump_json(wrap(data, request_id_of(request)))


def refuse(request: HttpRequest, refusal: ApiError) -> HttpResponse:
    """Answer with a refusal outside Django REST framework: unknown addresses, broken hosts, crashes."""
    body = dump_json(wrap(Failure(refusal), request_id_of(request)))
    return HttpResponse(
        body, status=refusal.status, content_type="application/json", headers=dict(refusal.headers)
    )
