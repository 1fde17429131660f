"""What lets into a site, sent by the browser to exactly its origin: added to each request for itself.

Headers of a context go to every origin, and those of a continued route follow redirects. A request that the DevTools
protocol has paused takes along what is added to it, and the next hop of a redirect is paused anew.
"""

from typing import TYPE_CHECKING, Any

from krafter_audit.http.client import ParsedUrl, RequestCredentials

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession


class Login:
    """Adds what lets in to the requests of one page."""

    def __init__(self, session: "CDPSession", credentials: RequestCredentials) -> None:
        self._session = session
        self._credentials = credentials
        session.on("Fetch.requestPaused", self._paused)
        session.send("Fetch.enable", {"patterns": [{"urlPattern": f"{credentials.origin}/*"}]})

    def _paused(self, event: dict[str, Any]) -> None:
        request = event["request"]
        headers = {name.lower(): value for name, value in request["headers"].items()}
        sent = self._credentials.headers_for(ParsedUrl.parse(request["url"]).origin)
        if "cookie" in sent:
            sent["cookie"] = "; ".join([sent["cookie"], *self._own_cookies(request["url"])])
        entries = [{"name": name, "value": value} for name, value in {**headers, **sent}.items()]
        self._session.send("Fetch.continueRequest", {"requestId": event["requestId"], "headers": entries})

    def _own_cookies(self, url: str) -> list[str]:
        """The cookies that the site has set in this visit: a header that we write takes their place."""
        known = self._session.send("Network.getCookies", {"urls": [url]})["cookies"]
        names = self._credentials.cookies
        return [f"{one['name']}={one['value']}" for one in known if one["name"] not in names]
