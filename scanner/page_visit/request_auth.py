"""Send site credentials with the browser's requests, to exactly their origin."""

from typing import Any

from playwright.sync_api import CDPSession

from krafter_audit.http.client import ParsedUrl, RequestCredentials


class RequestAuth:
    def __init__(self, session: CDPSession, credentials: RequestCredentials) -> None:
        self._session = session
        self._credentials = credentials
        session.on("Fetch.requestPaused", self._on_paused)
        # Headers of a browser context go to every origin, and those of a continued route follow redirects. A paused
        # request carries only what is added to it, and the next hop of a redirect is paused again.
        session.send("Fetch.enable", {"patterns": [{"urlPattern": f"{credentials.origin}/*"}]})

    def _on_paused(self, event: dict[str, Any]) -> None:
        request = event["request"]
        headers = {name.lower(): value for name, value in request["headers"].items()}
        added = self._credentials.headers_for(ParsedUrl.parse(request["url"]).origin)
        if "cookie" in added:
            added["cookie"] = "; ".join([added["cookie"], *self._site_cookies(request["url"])])
        entries = [{"name": name, "value": value} for name, value in {**headers, **added}.items()]
        self._session.send("Fetch.continueRequest", {"requestId": event["requestId"], "headers": entries})

    def _site_cookies(self, url: str) -> list[str]:
        # An added Cookie header replaces the browser's, so it must contain the cookies that the site has set.
        known = self._session.send("Network.getCookies", {"urls": [url]})["cookies"]
        names = self._credentials.cookies
        return [f"{cookie['name']}={cookie['value']}" for cookie in known if cookie["name"] not in names]
