"""The main document of a visit: as it was sent, and as it is rendered."""

from dataclasses import replace
from datetime import UTC, datetime

from playwright.sync_api import Error, Frame, Page
from playwright.sync_api import Response as BrowserResponse

from krafter_audit.http.client import Limits, Response
from krafter_audit.http.responses import Headers
from scanner.page.page import media_type
from scanner.preconditions import Inconclusive

MAX_DOM_BYTES = 8 * 1024 * 1024
# A visit does not measure this time, and a check of the server's response time must not take it for a fast one.
NOT_MEASURED = float("inf")
# Between the page's clock and that of network events. A document that was never sent follows the last request by more:
# throttling delays each response by half a second.
MAX_CLOCK_DIFFERENCE_MS = 100


class MainDocument:
    """Records the navigations of a page's main frame."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._responses: list[BrowserResponse] = []
        self._response_count = 0  # how many of them led to the page; the page may navigate further
        self._shown_count = 0  # how many led to the page that is shown; the next ones may be downloads
        self._started_at = datetime.now(UTC)
        page.on("response", self._record)
        page.on("framenavigated", self._on_navigation)

    def _record(self, response: BrowserResponse) -> None:
        request = response.request
        if request.is_navigation_request() and response.frame == self._page.main_frame:
            self._responses.append(response)

    def _on_navigation(self, frame: Frame) -> None:
        if frame == self._page.main_frame:
            self._shown_count = len(self._responses)

    def sent(self, *, address: str, with_body: bool) -> Response | None:
        """Return the response to the navigation as it was sent; None when its body is not available any more.

        The first call, before the page has loaded, fixes the response. It waits for the body.
        """
        self._response_count = self._response_count or len(self._require_responses())
        responses = self._responses[: self._response_count]
        try:
            body = responses[-1].body() if with_body else b""
            return self._converted(responses, body, Limits().body, address=address)
        except Error:
            if failure := responses[-1].request.failure:
                raise Inconclusive("truncated", f"The browser could not read the page: {failure}.") from None
            return None

    def rendered(self, *, dom: str | None, address: str) -> Response:
        """Return the last response with the current DOM as its body. Raises Inconclusive when there was none.

        `dom` is the DOM with its shadow roots; None where it has none.
        """
        responses = self._require_shown()
        if not self._page.url.startswith(("http://", "https://")):
            raise Inconclusive("blocked", "The page navigated to a URL that did not answer.")
        body = (dom or self._page.content()).encode("utf-8", errors="replace")
        rendered = self._converted(responses, body, MAX_DOM_BYTES, address=address)
        return replace(
            rendered, url=self._page.url, headers=_as_utf8(rendered.headers, rendered.content_type)
        )

    def is_replaced(self, time_origin: float) -> bool:
        """Return whether the page reloaded itself, or its document, which began at the time in ms, was never sent."""
        *earlier, last = self._require_shown()
        if any(response.ok and response.url == last.url for response in earlier):
            return True
        # The document of a javascript: URL follows the last request; that of a sent document begins after its own time.
        begin = last.request.timing["startTime"]
        return 0 < begin < time_origin - MAX_CLOCK_DIFFERENCE_MS

    def _require_responses(self) -> list[BrowserResponse]:
        if not self._responses:
            raise Inconclusive("target_missing", "The URL did not answer with a page.")
        return list(self._responses)

    def _require_shown(self) -> list[BrowserResponse]:
        # All navigations, if the page is not shown yet and `sent` was not called.
        return self._require_responses()[: max(self._shown_count, self._response_count) or None]

    def _converted(
        self, responses: list[BrowserResponse], body: bytes, limit: int, *, address: str
    ) -> Response:
        *earlier, last = [self._without_body(response) for response in responses]
        seconds = (datetime.now(UTC) - self._started_at).total_seconds()
        return replace(
            last,
            body=body[:limit],
            truncated=len(body) > limit,
            encoded_size=len(body),
            address=address,
            duration_ms=seconds * 1000,
            history=tuple(earlier),
        )

    def _without_body(self, response: BrowserResponse) -> Response:
        return Response(
            method="GET",
            url=response.url,
            status=response.status,
            headers=_decoded(response),
            body=b"",
            truncated=False,
            address="",
            started_at=self._started_at,
            ttfb_ms=NOT_MEASURED,
            duration_ms=0.0,
            encoded_size=0,
        )


def _decoded(response: BrowserResponse) -> Headers:
    sent = [(header["name"].lower(), header["value"]) for header in response.headers_array()]
    # The browser has undone the compression.
    return _headers([header for header in sent if header[0] != "content-encoding"])


def _as_utf8(headers: Headers, content_type: str) -> Headers:
    kind = media_type(content_type)
    kept = [header for header in headers.items() if header[0] != "content-type"]
    # The serialised DOM is UTF-8, whatever the encoding of the document.
    return _headers([*kept, ("content-type", f"{kind}; charset=utf-8")] if kind else kept)


def _headers(lines: list[tuple[str, str]]) -> Headers:
    return Headers((name.encode(), value.encode()) for name, value in lines)
