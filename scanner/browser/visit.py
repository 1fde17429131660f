"""One visit: its requests and transfers, its limits, and why it failed."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Page, Request, Response

from krafter_audit.http.errors import HttpError, RefusedAddress
from krafter_audit.http.forward_proxy.proxy import ForwardProxy
from krafter_audit.http.forward_proxy.traffic import ProxiedRequest
from krafter_audit.http.throttle import HostThrottle
from krafter_audit.http.urls import ParsedUrl
from scanner.browser.errors import BrowserError
from scanner.browser.shared_context import CachedResponses, SharedContext

KNOWN_REASONS = ("blocked", "timeout", "refused_address")


@dataclass
class Visit:
    url: str
    proxy: ForwardProxy
    throttle: HostThrottle = field(default_factory=HostThrottle)
    shared: SharedContext | None = None  # None: the visit has a fresh context
    page: Page | None = None
    response: Response | None = None  # to the main navigation, after its redirects
    requests: int = 0

    @property
    def proxied_requests(self) -> Sequence[ProxiedRequest]:
        """The requests that the browser's proxy received: host, address and bytes, or why it was refused."""
        return self.proxy.proxied_requests

    @property
    def address(self) -> str:
        """The address of the page's host, "" if the proxy has not connected to it."""
        shown = self.page.url if self.page else ""
        host = ParsedUrl.parse(shown if shown.startswith("http") else self.url).host
        return next((request.address for request in self.proxied_requests if request.host == host), "")

    @property
    def reached(self) -> dict[str, str]:
        """The addresses of the hosts to which the proxy has connected."""
        return {request.host: request.address for request in self.proxied_requests if request.address}

    @property
    def missing_hosts(self) -> set[str]:
        """The hosts that no visitor reaches: without an address, or with one that the policy refuses."""
        return {request.host for request in self.proxied_requests if request.has_no_host}

    @property
    def cached(self) -> CachedResponses | None:
        """The responses in the HTTP cache; None if it is empty when the visit begins."""
        return self.shared.responses if self.shared else None

    @property
    def refused(self) -> list[str]:
        return list(dict.fromkeys(request.url for request in self.proxy.refused_requests))

    def count(self, request: Request) -> None:
        """Count a request; above the limit, end the browser."""
        self.requests += 1
        if self.requests > self.proxy.limits.requests:
            self.proxy.mark_exceeded(f"over {self.proxy.limits.requests} requests")
        elif self.requests > 1 and request.url.startswith("http") and not self._is_fresh(request.url):
            # The first request has taken a slot.
            with contextlib.suppress(HttpError):  # the proxy refuses an invalid URL
                self.throttle.record(ParsedUrl.parse(request.url))

    def _is_fresh(self, url: str) -> bool:
        """Return whether the cache serves the URL, so that no request reaches its host."""
        return self.cached is not None and url in self.cached.fresh

    def require_within_limits(self) -> None:
        """Raise BrowserError when the page exceeded a limit, so that it was not loaded completely."""
        if self.proxy.budget.exceeded:
            raise BrowserError("truncated", f"The page makes {self.proxy.budget.exceeded}.", final=True)

    def navigation_error(self, code: str) -> BrowserError:
        """Return why the navigation failed: the proxy's reason, or Chromium's error code."""
        for request in reversed(self.proxied_requests):
            if request.reason:
                reason = request.reason if request.reason in KNOWN_REASONS else "blocked"
                return BrowserError(reason, request.detail, final=reason == RefusedAddress.reason)
        if code == "ERR_ABORTED":  # a download, or a status without a body
            return BrowserError("target_missing", "The URL does not answer with a page.", final=True)
        sentence = f"The browser could not open the page: {code}."
        if code == "ERR_CERT_AUTHORITY_INVALID":
            sentence += " An operator can trust its certificate authority with the setting KRAFTER_CA_FILE."
        return BrowserError("blocked", sentence, tls="ERR_CERT" in code)
