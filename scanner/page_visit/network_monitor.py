"""Monitor the requests of a page: how long the network has been quiet, and how much was transferred."""

import time
from contextlib import suppress
from typing import Any

from playwright.sync_api import CDPSession, Error, Page, Request, Response

from krafter_audit.http.client import GONE_STATUSES
from scanner.browser.shared_context import CachedResponses, TransferSize
from scanner.parsing.registrable_domain import host_of, same_site

# Requests that a page may keep open permanently: a chat, a feed, a beacon.
_LONG_LIVED = frozenset({"xhr", "fetch", "eventsource", "websocket", "ping", "media", "other"})
MAX_LONG_LIVED = 2
# If one of these is missing, the page is incomplete, and another visit may load it; documents are frames.
_ESSENTIAL = frozenset({"script", "stylesheet", "document"})
# If one of these is missing, the page is lighter, and paints its largest content earlier.
_HEAVY = frozenset({"image", "font", "media"})
# If one of these is missing, scripts may lack content.
_DATA = frozenset({"xhr", "fetch"})
_NO_HTML = (_ESSENTIAL | _HEAVY) - {"document"}
_TEMPORARY_STATUSES = frozenset({429, 502, 503, 504})
# Chromium's errors of a server that is down for a moment.
_TEMPORARY_ERRORS = frozenset(
    f"net::ERR_{name}"
    for name in (
        "CONNECTION_ABORTED",
        "CONNECTION_CLOSED",
        "CONNECTION_REFUSED",
        "CONNECTION_RESET",
        "CONNECTION_TIMED_OUT",
        "CONTENT_LENGTH_MISMATCH",
        "EMPTY_RESPONSE",
        "HTTP2_PING_FAILED",
        "HTTP2_PROTOCOL_ERROR",
        "INCOMPLETE_CHUNKED_ENCODING",
        "INCOMPLETE_HTTP2_CHUNKED_ENCODING",
        "TIMED_OUT",
        "TUNNEL_CONNECTION_FAILED",
    )
)
LONG_LIVED_AFTER = 3.0  # seconds after the load event, from which an open request counts as long-lived


class PendingMedia:
    """Count the bytes of media that are still loading: of a long video, browsers load what they soon play."""

    def __init__(self, session: CDPSession) -> None:
        self._received: dict[str, int] = {}
        session.on("Network.responseReceived", self._on_response)
        session.on("Network.dataReceived", self._on_data)
        session.on("Network.loadingFinished", self._on_end)
        session.on("Network.loadingFailed", self._on_end)
        session.send("Network.enable")

    def bytes(self) -> int:
        return sum(self._received.values())

    def _on_response(self, event: dict[str, Any]) -> None:
        if event["type"] == "Media":
            self._received[event["requestId"]] = 0

    def _on_data(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._received:
            self._received[event["requestId"]] += event["dataLength"]

    def _on_end(self, event: dict[str, Any]) -> None:
        self._received.pop(event["requestId"], None)


class NetworkMonitor:
    def __init__(self, page: Page, cached: CachedResponses | None, media: PendingMedia | None) -> None:
        self._page = page
        self._cached = cached
        self._media = media
        self.finished: list[Request] = []
        self.from_cache = 0  # measured responses that earlier pages have requested
        self._sizes: dict[Request, TransferSize] = {}
        self._pending: set[Request] = set()
        self._busy_at = time.monotonic()
        self._loaded_at: float | None = None
        # `{URL: status or error}` of the site's scripts, style sheets and frames that were temporarily not available.
        self.unavailable: dict[str, str] = {}
        self.unavailable_media: dict[str, str] = {}  # of the site's images, fonts, audio and video
        # `{URL: status or error}` of files that do not exist, and of data that scripts request.
        self.missing: dict[str, str] = {}
        self.missing_media: dict[str, str] = {}
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_finished)
        page.on("requestfailed", self._on_failed)
        page.on("response", self._on_response)

    def mark_loaded(self) -> None:
        self._loaded_at = time.monotonic()

    def since_load(self) -> float:
        return 0.0 if self._loaded_at is None else time.monotonic() - self._loaded_at

    def quiet_for(self) -> float:
        now = time.monotonic()
        if not self._is_quiet():
            self._busy_at = now
        return now - self._busy_at

    def _is_quiet(self) -> bool:
        long_lived = sum(request.resource_type in _LONG_LIVED for request in self._pending)
        if long_lived < len(self._pending):
            return False
        return not long_lived or (long_lived <= MAX_LONG_LIVED and self.since_load() > LONG_LIVED_AFTER)

    def resources(self) -> tuple[str, ...]:
        urls = (
            request.url
            for request in self.finished
            if not request.is_navigation_request() and request.resource_type != "ping"
        )
        return tuple(url for url in urls if url.startswith("http"))

    def transfer_size(self) -> int:
        """Return the bytes of all responses as sent, headers included. Not during a timed load."""
        finished = (
            size.total for request, size in self._measured().items() if request.url.startswith("http")
        )
        return sum(finished) + (self._media.bytes() if self._media else 0)

    def body_sizes(self) -> dict[str, int]:
        return {request.url: size.body for request, size in self._measured().items()}

    def document_ratios(self) -> dict[str, float]:
        """Return by the URL of each document, frames included, how many bytes were sent for one of its HTML."""
        documents = {
            request.url: (size.body, _decoded_length(request))
            for request, size in self._measured().items()
            if request.resource_type == "document"
        }
        return {url: min(1.0, body / length) if length else 1.0 for url, (body, length) in documents.items()}

    def _measured(self) -> dict[Request, TransferSize]:
        # Each one is a query to the browser, which would slow down what is timed.
        for request in self.finished[len(self._sizes) :]:
            self._sizes[request] = self._size(request)
        return self._sizes

    def _size(self, request: Request) -> TransferSize:
        """Return the size of a response, also if another page of the run has loaded it into the cache before."""
        found, cached, url = request.sizes(), self._cached, request.url
        # Playwright reports the body of a response from the cache as minus the headers.
        size = TransferSize(found["responseBodySize"], found["responseHeadersSize"])
        if cached is None or not url.startswith("http"):
            return size
        if size.total == 0:
            cached.fresh.add(url)
            self.from_cache += 1
        else:
            cached.fresh.discard(url)
        if size.body > 0:
            cached.sizes[url] = size
        elif url not in {other.url for other in self._sizes}:  # the page has loaded the URL only once
            return cached.sizes.get(url) or TransferSize(_decoded_length(request), 0)
        return size

    def _on_request(self, request: Request) -> None:
        self._pending.add(request)
        # A page that polls has loaded as much as one that keeps a request open.
        if request.resource_type not in _LONG_LIVED or self.since_load() <= LONG_LIVED_AFTER:
            self._busy_at = time.monotonic()

    def _on_response(self, response: Response) -> None:
        status, kind = response.status, response.request.resource_type
        is_temporary = status in _TEMPORARY_STATUSES or "cf-mitigated" in response.headers
        # Data that a script does not find may be meant to be gone; a file is requested by the page itself.
        is_gone = kind in _DATA and status in GONE_STATUSES
        if is_temporary or (status >= 400 and not is_gone):
            self._record(response.request, f"answered with status {status}", is_temporary=is_temporary)
        elif response.ok and kind in _NO_HTML and "html" in response.headers.get("content-type", ""):
            self._record(response.request, "answered with an HTML page", is_temporary=False)

    def _record(self, request: Request, problem: str, *, is_temporary: bool) -> None:
        kind = request.resource_type
        if kind not in _ESSENTIAL | _HEAVY | _DATA:
            return
        owner = request.frame.parent_frame if kind == "document" else request.frame
        if owner != self._page.main_frame:
            return
        if same_site(host_of(request.url), host_of(self._page.url)):
            self._problems_of(kind, is_temporary)[request.url] = problem

    def _problems_of(self, kind: str, is_temporary: bool) -> dict[str, str]:
        if kind in _HEAVY:
            return self.unavailable_media if is_temporary else self.missing_media
        return self.unavailable if is_temporary and kind in _ESSENTIAL else self.missing

    def _on_failed(self, request: Request) -> None:
        if request.failure in _TEMPORARY_ERRORS:
            self._record(request, f"was not received ({request.failure})", is_temporary=True)
        self._on_ended(request)

    def _on_finished(self, request: Request) -> None:
        self.finished.append(request)
        self._on_ended(request)

    def _on_ended(self, request: Request) -> None:
        self.quiet_for()  # until now the request may have kept the network busy
        self._pending.discard(request)


def _decoded_length(request: Request) -> int:
    """Return the length of a body whose size as sent is not known, because an earlier page loaded it."""
    response = request.response()
    with suppress(Error):  # a redirect has none
        return len(response.body()) if response else 0
    return 0
