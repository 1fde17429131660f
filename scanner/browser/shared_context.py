"""A browser context that the visits of a run share for its HTTP cache, as a visitor's browser has one."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page

from krafter_audit.http.forward_proxy.proxy import ForwardProxy


@dataclass(frozen=True)
class TransferSize:
    """The bytes of a response as sent."""

    body: int
    headers: int

    @property
    def total(self) -> int:
        return self.body + self.headers


@dataclass
class CachedResponses:
    """Sizes and freshness of the responses that the HTTP cache may have."""

    sizes: dict[str, TransferSize] = field(default_factory=dict)  # by URL
    fresh: set[str] = field(default_factory=set)  # URLs that were last served without a request


class SharedContext:
    """The context, and the proxy at whose port it was created. Only the HTTP cache outlives a visit."""

    def __init__(self, proxy: ForwardProxy) -> None:
        self.proxy = proxy
        self.responses = CachedResponses()
        self.context: BrowserContext | None = None


def delete_storage(page: Page) -> None:
    """Delete what earlier pages of the context have stored: cookies, local storage, databases."""
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    session.detach()
