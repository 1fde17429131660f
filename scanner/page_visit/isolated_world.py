"""An isolated JavaScript world in a page: it shares the DOM with the page's scripts, and nothing else."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import CDPSession, Error

NAME = "krafter"
_BINDING = "krafterAnswer"
_POLL_SECONDS = 0.02
_CALL_LATER = """setTimeout(async () => {
  let answer;
  try { answer = { value: await (%s) }; } catch (error) { answer = { error: String(error) }; }
  %s(JSON.stringify(answer));
}) && 0"""


class ScriptError(Exception):
    """A script of the scanner failed in the page."""


class ScriptTimeout(ScriptError):
    """A script of the scanner took too long and was ended."""


class IsolatedWorld:
    def __init__(self, session: CDPSession) -> None:
        self._session = session

    def prepare(self, script: str) -> None:
        """Run a script in every document from now on, before the document's own scripts."""
        self._session.send("Page.enable")
        # A page that replaces PerformanceObserver or Array.prototype.toJSON then changes no measurement.
        self._session.send("Page.addScriptToEvaluateOnNewDocument", {"source": script, "worldName": NAME})

    def evaluate(self, expression: str, frame: str | None = None) -> Any:
        """Return the awaited JSON value of an expression, in the main frame by default. Raises ScriptError."""
        request = {
            "expression": expression,
            "contextId": self._context(frame),
            "awaitPromise": True,
            "returnByValue": True,
        }
        answer = self._session.send("Runtime.evaluate", request)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            message = details.get("exception", {}).get("description") or details.get("text", "")
            raise ScriptError(message[:300])
        return answer["result"].get("value")

    def _context(self, frame: str | None = None) -> int:
        world = {"frameId": frame or self._tree()["frame"]["id"], "worldName": NAME}
        return self._session.send("Page.createIsolatedWorld", world)["executionContextId"]

    def evaluate_within(self, seconds: float, expression: str, wait: Callable[[float], None]) -> Any:
        """Evaluate as `evaluate` does, in the main frame, but end the script after `seconds`.

        `wait(seconds)` handles the browser's events meanwhile. Raises ScriptError, ScriptTimeout.
        """
        answers: list[dict[str, Any]] = []

        def on_call(event: dict[str, Any]) -> None:
            if event["name"] == _BINDING:
                answers.append(json.loads(event["payload"]))

        def on_navigation(event: dict[str, Any]) -> None:
            if "parentId" not in event["frame"]:
                answers.append({"error": "the page has navigated"})

        listeners = {"Runtime.bindingCalled": on_call, "Page.frameNavigated": on_navigation}
        for event, listener in listeners.items():
            self._session.on(event, listener)
        self._context()  # the binding is for contexts that exist
        self._session.send("Runtime.addBinding", {"name": _BINDING, "executionContextName": NAME})
        try:
            self.evaluate(_CALL_LATER % (expression, _BINDING))
            deadline = time.monotonic() + seconds
            while not answers and time.monotonic() < deadline:
                wait(_POLL_SECONDS)
        finally:
            for event, listener in listeners.items():
                self._session.remove_listener(event, listener)
        if not answers:
            # Chromium handles it while the script runs, which no other script can interrupt.
            self._session.send("Runtime.terminateExecution")
            raise ScriptTimeout(f"it took longer than {seconds:g} s")
        if "error" in answers[0]:
            raise ScriptError(answers[0]["error"][:300])
        return answers[0]["value"]

    def frames(self) -> list[str]:
        """Return the ids of the main frame and of those frames in it that have its origin."""
        tree = self._tree()
        return list(self._same_origin(tree, tree["frame"].get("securityOrigin")))

    def _tree(self) -> dict[str, Any]:
        return self._session.send("Page.getFrameTree")["frameTree"]

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
