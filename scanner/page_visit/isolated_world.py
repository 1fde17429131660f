"""An isolated JavaScript world in a page: it shares the DOM with the page's scripts, and nothing else.

A page that replaces PerformanceObserver or Array.prototype.toJSON therefore changes no measurement.
"""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import CDPSession, Error

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
        world = {"frameId": frame or self._tree()["frame"]["id"], "worldName": NAME}
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
        """Return the ids of the main frame and of those frames in it that have its origin."""
        tree = self._tree()
        return list(self._same_origin(tree, tree["frame"].get("securityOrigin")))

    def _tree(self) -> dict[str, Any]:
        tree: dict[str, Any] = self._session.send("Page.getFrameTree")["frameTree"]
        return tree

    def _same_origin(self, tree: dict[str, Any], origin: str | None) -> Iterator[str]:
        yield tree["frame"]["id"]
        for child in tree.get("childFrames", []):
            frame = child["frame"]
            if frame.get("securityOrigin") == origin or self._inherits_origin(frame):
                yield from self._same_origin(child, origin)

    def _inherits_origin(self, frame: dict[str, Any]) -> bool:
        """Return whether a frame's document is part of its parent (srcdoc), and not sandboxed."""
        if frame["url"] != "about:srcdoc":
            return False
        try:
            owner = self._session.send("DOM.getFrameOwner", {"frameId": frame["id"]})["backendNodeId"]
            node = self._session.send("DOM.describeNode", {"backendNodeId": owner})["node"]
        except Error:  # the frame has been removed meanwhile
            return False
        return "sandbox" not in node.get("attributes", [])[::2]
