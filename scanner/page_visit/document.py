"""The main document of a visit: its last response, with the rendered DOM as the body."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from krafter_audit.http.client import Response
from krafter_audit.http.responses import Headers
from scanner.page import media_type
from scanner.preconditions import Inconclusive

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from playwright.sync_api import Response as BrowserResponse

MAX_DOM_BYTES = 8 * 1024 * 1024


class MainDocument:
    """Records the navigations of a page's main frame."""

    def __init__(self, page: "Page") -> None:
        self._page = page
        self._responses: list[BrowserResponse] = []
        page.on("response", self._record)

    def _record(self, response: "BrowserResponse") -> None:
        request = response.request
        if request.is_navigation_request() and response.frame == self._page.main_frame:
            self._responses.append(response)

    def response(self, *, address: str, started_at: datetime, duration_ms: float) -> Response:
        """Return the last response with the current DOM. Raises Inconclusive when there was none."""
        if not self._responses:
            raise Inconclusive("target_missing", "The URL did not answer with a page.")
        if not self._page.url.startswith(("http://", "https://")):
            raise Inconclusive("blocked", "The page navigated to a URL that did not answer.")
        body = self._page.content().encode("utf-8", errors="replace")
        last = _converted(
            self._responses[-1], body, address=address, started_at=started_at, duration_ms=duration_ms
        )
        history = (_converted(each, b"", started_at=started_at) for each in self._responses[:-1])
        return replace(last, url=self._page.url, history=tuple(history))


def _converted(
    response: "BrowserResponse",
    body: bytes,
    *,
    started_at: datetime,
    address: str = "",
    duration_ms: float = 0.0,
) -> Response:
    return Response(
        method="GET",
        url=response.url,
        status=response.status,
        headers=_headers(response),
        body=body[:MAX_DOM_BYTES],
        truncated=len(body) > MAX_DOM_BYTES,
        address=address,
        started_at=started_at,
        ttfb_ms=0.0,
        duration_ms=duration_ms,
        encoded_size=len(body),
    )


def _headers(response: "BrowserResponse") -> Headers:
    """Return the headers, except those about the body as sent: the DOM is UTF-8 and not compressed."""
    sent = [(header["name"].lower(), header["value"]) for header in response.headers_array()]
    kept = [header for header in sent if header[0] not in ("content-type", "content-encoding")]
    kind = media_type(response.header_value("content-type"))
    headers = [*kept, ("content-type", f"{kind}; charset=utf-8")] if kind else kept
    return Headers((name.encode(), value.encode()) for name, value in headers)
