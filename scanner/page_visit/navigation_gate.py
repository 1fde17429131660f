"""Stop the navigation of a visit before it requests a page from a host that a browser may not visit."""

import contextlib
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error, Page


class NavigationGate:
    """Calls `may_request(url)` before each request of the first navigation; `refused`: one was stopped."""

    def __init__(self, page: Page, may_request: Callable[[str], bool]) -> None:
        self.refused = False
        self._is_open = False
        self._may_request = may_request
        # A separate session, since that of the visit may pause requests for their credentials.
        self._session = page.context.new_cdp_session(page)
        self._main_frame = self._session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._session.on("Fetch.requestPaused", self._on_paused)
        # Pauses each request of a document, and each redirect of it, before it is sent.
        self._session.send("Fetch.enable", {"patterns": [{"resourceType": "Document"}]})

    def open(self) -> None:
        """Let all further requests pass, such as those of frames."""
        # They are still paused and continued: Fetch.disable loses requests that are about to be paused.
        self._is_open = True

    def _on_paused(self, event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        if (
            self._is_open
            or event["frameId"] != self._main_frame
            or self._may_request(event["request"]["url"])
        ):
            self._answer("Fetch.continueRequest", request)
        else:
            self.refused = True
            self._answer("Fetch.failRequest", {**request, "errorReason": "BlockedByClient"})

    def _answer(self, method: str, request: dict[str, str]) -> None:
        with contextlib.suppress(Error):  # the page has navigated elsewhere meanwhile
            self._session.send(method, request)
