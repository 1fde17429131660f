"""One visit: its requests and transfers, its limits, and why it failed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Page, Response

from krafter_audit.http.errors import RefusedAddress
from krafter_audit.http.forward_proxy import Egress, Passage
from krafter_audit.http.urls import Target
from scanner.browser.errors import BrowserError

KNOWN_REASONS = ("blocked", "timeout", "refused_address")


@dataclass
class Visit:
    """The record of one visit; `response` is the main navigation's, after its redirects."""

    url: str
    egress: Egress
    page: Page | None = None
    response: Response | None = None
    requests: int = 0
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def passages(self) -> Sequence[Passage]:
        """The requests that the browser's proxy received: host, address and bytes, or why it was refused."""
        return self.egress.passages

    @property
    def received(self) -> int:
        """Bytes received over the network."""
        return sum(passage.received for passage in self.egress.passages)

    @property
    def address(self) -> str:
        """The address of the page's host; empty when it was not reached."""
        shown = self.page.url if self.page else ""
        host = Target.parse(shown if shown.startswith("http") else self.url).host
        return next((passage.address for passage in list(self.passages) if passage.host == host), "")

    @property
    def reached(self) -> dict[str, str]:
        """The hosts that were reached, with their addresses."""
        return {passage.host: passage.address for passage in list(self.passages) if passage.address}

    @property
    def refused(self) -> list[str]:
        """The refused requests: scheme, host, port, and the path where it is known."""
        return list(dict.fromkeys(passage.url for passage in self.egress.refused))

    def count(self, _request: object) -> None:
        """Count a request; above the limit, end the browser."""
        self.requests += 1
        if self.requests > self.egress.limits.requests:
            self.egress.exceed(f"over {self.egress.limits.requests} requests")

    def require_within_limits(self) -> None:
        """Raise BrowserError when the page exceeded a limit of the visit: it was not loaded completely."""
        if self.egress.budget.exceeded:
            raise BrowserError("truncated", f"The page makes {self.egress.budget.exceeded}.", final=True)

    def navigation_error(self, code: str) -> BrowserError:
        """Return why the navigation failed: the proxy's reason, or Chromium's error code."""
        for passage in reversed(self.egress.passages):
            if passage.reason:
                reason = passage.reason if passage.reason in KNOWN_REASONS else "blocked"
                return BrowserError(reason, passage.detail, final=reason == RefusedAddress.reason)
        return BrowserError(
            "blocked", f"The browser could not open the page: {code}.", tls="ERR_CERT" in code
        )
