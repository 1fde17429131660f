"""An API client that prints each request and response."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TIMEOUT = 30
SECONDS_BETWEEN_LINES = 5
MAX_TEXT_LENGTH, MAX_LIST_ITEMS, MAX_LINES = 76, 2, 30


class DemoFailed(Exception):
    """A step had an unexpected result. The text is a sentence."""


@dataclass(frozen=True)
class ApiResponse:
    status: int
    body: bytes
    content_type: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(method: str, url: str, *, body: Any = None, key: str | None = None) -> ApiResponse:
    """Send a request; error responses are returned too. Raises DemoFailed without a response."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - our own system
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
            return ApiResponse(response.status, response.read(), response.headers.get_content_type())
    except urllib.error.HTTPError as error:
        with error:
            return ApiResponse(error.code, error.read(), error.headers.get_content_type())
    except (urllib.error.URLError, OSError) as error:
        raise DemoFailed(f"{method} {url} got no response: {error}") from error


class ApiClient:
    def __init__(self, base: str, key: str) -> None:
        self.base = base
        self.key = key

    def call(self, method: str, path: str, body: Any = None, *, expect: int = 200, show: bool = True) -> Any:
        """Send a request, print it, and return `data` or `error`. Raises DemoFailed for another status."""
        if show:
            print(f"\n   {method} …/audit{path}")
            if body is not None:
                print(indented(json.dumps(body, indent=2)))
        answer = self.send_with_retry(method, path, body)
        envelope = answer.json
        shown = envelope["data"] if envelope["error"] is None else {"error": envelope["error"]}
        if show or answer.status != expect:
            print(f"   → {answer.status}")
            print(indented(shortened(shown)))
        if answer.status != expect:
            raise DemoFailed(f"{method} {path} answered {answer.status} instead of {expect}.")
        return envelope["data"] if envelope["error"] is None else envelope["error"]

    def send_with_retry(self, method: str, path: str, body: Any = None) -> ApiResponse:
        answer = send(method, f"{self.base}{path}", body=body, key=self.key)
        if answer.status == 429 and answer.json["error"]["code"] == "rate_limited":
            print("   (Rate limit reached. Waiting for the next minute.)")
            # Windows begin with the minute.
            time.sleep(61 - time.time() % 60)
            answer = send(method, f"{self.base}{path}", body=body, key=self.key)
        return answer

    def wait(self, path: str, progress_of: Callable[[Any], str], *, seconds: float = 120) -> Any:
        """Poll a resource while it has progress to show, which is printed, and print the result."""
        deadline = time.monotonic() + seconds
        lines = ProgressLines()
        resource = self.call("GET", path, show=False)
        while progress := progress_of(resource):
            if time.monotonic() > deadline:
                raise DemoFailed(f"{path} is still {progress} after {seconds:.0f} s. Is the worker running?")
            lines.show(progress)
            time.sleep(1)
            resource = self.call("GET", path, show=False)
        print(f"\n   GET …/audit{path}   (until it is done)")
        print(indented(shortened(resource)))
        return resource


class ProgressLines:
    """Prints a worker's progress when it has changed, and at least every five seconds."""

    def __init__(self) -> None:
        self._started = self._shown_at = time.monotonic()
        self._shown = ""

    def show(self, text: str) -> None:
        """Print the text, unless it was printed in the last five seconds."""
        now = time.monotonic()
        if text != self._shown or now - self._shown_at >= SECONDS_BETWEEN_LINES:
            print(f"   … {now - self._started:2.0f} s: {text}", flush=True)
            self._shown, self._shown_at = text, now


def job_progress(resource: dict[str, Any]) -> str:
    """Return the status of a scan or report whose job is not done, and the pages that each scanner has done."""
    if resource["status"] not in ("queued", "running", "exporting"):
        return ""
    scanners = (resource.get("summary") or {}).get("progress") or {}
    return resource["status"] + "".join(
        f", {name} {pages['pages_done']}/{pages['pages_found']} pages"
        for name, pages in sorted(scanners.items())
    )


def check_progress(verification: dict[str, Any]) -> str:
    """Return how many checks of a verification are done, while one is running."""
    running = [check for check in verification["checks"] if check["status"] == "running"]
    count = len(verification["checks"])
    return f"running, {count - len(running)}/{count} checks" if running else ""


def indented(text: str) -> str:
    return "\n".join(f"     {line}" for line in text.splitlines())


def shortened(value: Any) -> str:
    """Format JSON in at most MAX_LINES lines, with long texts and lists cut."""
    lines = json.dumps(cut(value), indent=2, ensure_ascii=False).splitlines()
    more = len(lines) - MAX_LINES
    return "\n".join(lines if more <= 0 else [*lines[:MAX_LINES], f"… {more} more lines"])


def cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: cut(member) for key, member in value.items()}
    if isinstance(value, list):
        rest = len(value) - MAX_LIST_ITEMS
        return [cut(element) for element in value[:MAX_LIST_ITEMS]] + ([f"… {rest} more"] if rest > 0 else [])
    if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
        return f"{value[:MAX_TEXT_LENGTH]}…"
    return value
