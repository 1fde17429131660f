"""An isolated JavaScript world in a page: it shares the DOM with the page's scripts, and nothing else.

A page that replaces PerformanceObserver or Array.prototype.toJSON therefore changes no measurement.
"""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import CDPSession

NAME = "krafter"


class ScriptError(Exception):
    """A script of the scanner failed in the page."""


class IsolatedWorld:
    """The scanner's isolated world in the page of a DevTools session."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    def prepare(self, script: str) -> None:
        """Run a script in every document from now on, before the document's own scripts."""
        self._session.send("Page.enable")
        self._session.send("Page.addScriptToEvaluateOnNewDocument", {"source": script, "worldName": NAME})

    def evaluate(self, expression: str, frame: str | None = None) -> Any:
        """Return the awaited JSON value of an expression, in the main frame by default. Raises ScriptError."""
        world = {"frameId": frame or self.frames()[0], "worldName": NAME}
        context = self._session.send("Page.createIsolatedWorld", world)["executionContextId"]
        request = {
            "expression": expression,
            "contextId": context,
            "awaitPromise": True,
            "returnByValue": True,
        }
        answer = self._session.send("Runtime.evaluate", request)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            message = details.get("exception", {}).get("description") or details.get("text", "")
            raise ScriptError(message[:300])
        return answer["result"].get("value")

    def frames(self) -> list[str]:
        tree = self._session.send("Page.getFrameTree")["frameTree"]
        origin = tree["frame"].get("securityOrigin")
        return [frame["id"] for frame in _walk(tree) if frame.get("securityOrigin") == origin]


def _walk(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree["frame"]
    for child in tree.get("childFrames", []):
        yield from _walk(child)
