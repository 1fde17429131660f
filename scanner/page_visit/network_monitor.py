"""Monitor the requests of a page while it loads: how long the network has been quiet, and how much was transferred."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

# What a page may keep open permanently: a chat, a feed, a beacon.
_LONG_LIVED = frozenset({"xhr", "fetch", "eventsource", "websocket", "ping", "media", "other"})
MAX_LONG_LIVED = 2
LONG_LIVED_AFTER = 3.0  # seconds after the load event, from which an open request counts as long-lived


class NetworkMonitor:
    """Tracks the requests of a page and its frames."""

    def __init__(self, page: "Page") -> None:
        self.finished: list[Request] = []
        self._pending: set[Request] = set()
        self._busy_at = time.monotonic()
        self._loaded_at: float | None = None
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_finished)
        page.on("requestfailed", self._on_ended)

    def mark_loaded(self) -> None:
        """Note that the load event has fired."""
        self._loaded_at = time.monotonic()

    def since_load(self) -> float:
        """Return the seconds since the load event."""
        return 0.0 if self._loaded_at is None else time.monotonic() - self._loaded_at

    def quiet_for(self) -> float:
        """Return for how many seconds the network has been quiet."""
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
        """Return the URLs of the finished requests, except navigations and beacons."""
        urls = (
            request.url
            for request in self.finished
            if not request.is_navigation_request() and request.resource_type != "ping"
        )
        return tuple(url for url in urls if url.startswith("http"))

    def transfer_size(self) -> int:
        """Return the bytes of all responses as sent, headers included.

        It queries the browser for each request, so it must not be called during a timed load.
        """
        sizes = (request.sizes() for request in self.finished if request.url.startswith("http"))
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)

    def body_sizes(self) -> dict[str, int]:
        """Return the bytes of each response body as sent, by URL."""
        return {request.url: request.sizes()["responseBodySize"] for request in self.finished}

    def _on_request(self, request: "Request") -> None:
        self._pending.add(request)
        # A page that polls has loaded as much as one that keeps a request open.
        if request.resource_type not in _LONG_LIVED or self.since_load() <= LONG_LIVED_AFTER:
            self._busy_at = time.monotonic()

    def _on_finished(self, request: "Request") -> None:
        self.finished.append(request)
        self._on_ended(request)

    def _on_ended(self, request: "Request") -> None:
        self.quiet_for()  # until now the request may have kept the network busy
        self._pending.discard(request)
