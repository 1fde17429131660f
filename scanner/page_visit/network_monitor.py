"""The requests of a page while it loads: which are under way, since when it is quiet, how much came."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

# What a page may keep open for as long as it lives: a chat, a feed, a beacon.
_LASTING = frozenset({"xhr", "fetch", "eventsource", "websocket", "ping", "media", "other"})
MOST_LASTING = 2
LASTING_AFTER = 3.0  # seconds since the page loaded after which such a request is taken to stay


class Traffic:
    """Counts the requests of a page and of the frames in it."""

    def __init__(self, page: "Page") -> None:
        self.finished: list[Request] = []
        self._pending: set[Request] = set()
        self._busy_at = time.monotonic()
        self._waited = 0.0
        page.on("request", self._began)
        page.on("requestfinished", self._arrived)
        page.on("requestfailed", self._ended)

    def quiet_for(self, waited: float) -> float:
        """Return for how many seconds nothing has been under way; `waited` is how long the page is loaded."""
        now, self._waited = time.monotonic(), waited
        if not self._is_quiet(waited):
            self._busy_at = now
        return now - self._busy_at

    def _is_quiet(self, waited: float) -> bool:
        lasting = sum(request.resource_type in _LASTING for request in self._pending)
        if lasting < len(self._pending):
            return False
        return not lasting or (lasting <= MOST_LASTING and waited > LASTING_AFTER)

    def weight(self) -> int:
        """Return the bytes of all answers as they were sent, headers among them.

        It asks the browser about each request, so not while the page is being timed.
        """
        sizes = (request.sizes() for request in self.finished if request.url.startswith("http"))
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)

    def bodies(self) -> dict[str, int]:
        """Return the bytes of each answer's body as it was sent, by address."""
        return {request.url: request.sizes()["responseBodySize"] for request in self.finished}

    def _began(self, request: "Request") -> None:
        self._pending.add(request)
        # One that asks again and again is as little a sign of loading as one that stays open.
        if request.resource_type not in _LASTING or self._waited <= LASTING_AFTER:
            self._busy_at = time.monotonic()

    def _arrived(self, request: "Request") -> None:
        self.finished.append(request)
        self._ended(request)

    def _ended(self, request: "Request") -> None:
        self._pending.discard(request)
