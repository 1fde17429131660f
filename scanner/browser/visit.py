"""One page in the browser: what it cost, where its requests went, and what stopped it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Page, Response

from krafter_audit.http.errors import RefusedAddress
from krafter_audit.http.forward_proxy.proxy import ForwardProxy
from krafter_audit.http.forward_proxy.traffic import ProxiedRequest
from krafter_audit.http.urls import ParsedUrl
from scanner.browser.errors import BrowserError

KNOWN_REASONS = ("blocked", "timeout", "refused_address")


@dataclass
class Visit:
    """The account of one visit. `response` is the answer of the main navigation, after its redirects."""

    url: str
    proxy: ForwardProxy
    page: Page | None = None
    response: Response | None = None
    requests: int = 0
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def proxied_requests(self) -> Sequence[ProxiedRequest]:
        """Each request that the browser's proxy got: host, address connected to, bytes; or why it was refused."""
        return self.proxy.proxied_requests

    @property
    def received(self) -> int:
        """Bytes that came over the wire."""
        return sum(request.received for request in self.proxy.proxied_requests)

    @property
    def address(self) -> str:
        """The address that the page's own host was reached at; empty when it was not."""
        shown = self.page.url if self.page else ""
        host = ParsedUrl.parse(shown if shown.startswith("http") else self.url).host
        return next((found.address for found in list(self.proxied_requests) if found.host == host), "")

    @property
    def reached(self) -> dict[str, str]:
        """Each host that something came from, with the address that it was reached at."""
        return {found.host: found.address for found in list(self.proxied_requests) if found.address}

    @property
    def refused(self) -> list[str]:
        """What the page asked for and may not be asked: scheme, host, port, and a path where there was one."""
        return list(dict.fromkeys(found.url for found in self.proxy.refused_requests))

    def count(self, _request: object) -> None:
        """Note one more request of the page; beyond the most, the browser is ended."""
        self.requests += 1
        if self.requests > self.proxy.limits.requests:
            self.proxy.mark_exceeded(f"over {self.proxy.limits.requests} requests")

    def refuse_beyond_bounds(self) -> None:
        """Raise BrowserError when the page wanted more than a visit may cost: it was not seen whole."""
        if self.proxy.budget.exceeded:
            raise BrowserError("truncated", f"The page makes {self.proxy.budget.exceeded}.", final=True)

    def obstacle(self, words: str) -> BrowserError:
        """Why the navigation came to nothing: what the proxy knows, else what the browser says."""
        for request in reversed(self.proxy.proxied_requests):
            if request.reason:
                reason = request.reason if request.reason in KNOWN_REASONS else "blocked"
                return BrowserError(reason, request.detail, final=reason == RefusedAddress.reason)
        return BrowserError(
            "blocked", f"The browser could not open the page: {words}.", tls="ERR_CERT" in words
        )
