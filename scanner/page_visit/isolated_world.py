"""A JavaScript world of our own in a page: it shares the DOM with the page's scripts, and nothing else.

So a page that replaces Array.prototype.toJSON or PerformanceObserver, by an old library or on purpose, changes
nothing of what is measured.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

NAME = "krafter"


class Broken(Exception):
    """A script of ours did not end well in the page."""


class World:
    """Our world in the page of a session of the DevTools protocol."""

    def __init__(self, session: "CDPSession") -> None:
        self._session = session

    def prepare(self, script: str) -> None:
        """Run a script in every document of the page from now on, before any of the document's own."""
        self._session.send("Page.enable")
        self._session.send("Page.addScriptToEvaluateOnNewDocument", {"source": script, "worldName": NAME})

    def evaluate(self, expression: str, frame: str | None = None) -> Any:
        """Return the JSON value of an expression, awaited; in the main frame where none is named.

        Raises Broken when it throws.
        """
        world = {"frameId": frame or self.frames()[0], "worldName": NAME}
        context = self._session.send("Page.createIsolatedWorld", world)["executionContextId"]
        asked = {
            "expression": expression,
            "contextId": context,
            "awaitPromise": True,
            "returnByValue": True,
        }
        answer = self._session.send("Runtime.evaluate", asked)
        if "exceptionDetails" in answer:
            thrown = answer["exceptionDetails"]
            said = thrown.get("exception", {}).get("description") or thrown.get("text", "")
            raise Broken(said[:300])
        return answer["result"].get("value")

    def frames(self) -> list[str]:
        """Return the ids of the main frame and of those in it that are of its origin."""
        tree = self._session.send("Page.getFrameTree")["frameTree"]
        origin = tree["frame"].get("securityOrigin")
        return [frame["id"] for frame in _walk(tree) if frame.get("securityOrigin") == origin]


def _walk(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree["frame"]
    for child in tree.get("childFrames", []):
        yield from _walk(child)
