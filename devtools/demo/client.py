"""The story's way to talk: each request and each answer is shown as it happens."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

TIMEOUT = 30
LONGEST_TEXT, LONGEST_LIST, MOST_LINES = 76, 2, 30


class Broken(Exception):
    """A step did not go as told; the text is the sentence that says so."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    kind: str

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


def send(method: str, url: str, *, body: Any = None, key: str | None = None) -> Answer:
    """One request; an error status is an answer like any other. Raises Broken where nobody answers."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - our own system
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return Answer(answer.status, answer.read(), answer.headers.get_content_type())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), error.headers.get_content_type())
    except (urllib.error.URLError, OSError) as error:
        raise Broken(f"{method} {url} got no answer: {error}") from error


class Api:
    """The audit API of one project, with a key."""

    def __init__(self, base: str, key: str) -> None:
        self.base = base
        self.key = key

    def call(self, method: str, path: str, body: Any = None, *, expect: int = 200, show: bool = True) -> Any:
        """Send, show, and hand back `data` (of a refusal: `error`). Raises Broken on another status."""
        if show:
            print(f"\n   {method} …/audit{path}")
            if body is not None:
                print(indented(json.dumps(body, indent=2)))
        answer = self.patiently(method, path, body)
        envelope = answer.json
        shown = envelope["data"] if envelope["error"] is None else {"error": envelope["error"]}
        if show or answer.status != expect:
            print(f"   → {answer.status}")
            print(indented(shortened(shown)))
        if answer.status != expect:
            raise Broken(f"{method} {path} answered {answer.status} where {expect} was told.")
        return envelope["data"] if envelope["error"] is None else envelope["error"]

    def patiently(self, method: str, path: str, body: Any) -> Answer:
        """Send; where the rate limit is reached wait for the next window once."""
        answer = send(method, f"{self.base}{path}", body=body, key=self.key)
        if answer.status == 429 and answer.json["error"]["code"] == "rate_limited":
            print("   (The rate limit is reached; waiting for the next minute.)")
            time.sleep(61 - time.time() % 60)
            answer = send(method, f"{self.base}{path}", body=body, key=self.key)
        return answer

    def wait(self, path: str, field: str, unfinished: set[str], *, seconds: float = 120) -> Any:
        """Read a resource until its `field` is none of the unfinished words; show the last answer."""
        deadline = time.monotonic() + seconds
        resource = self.call("GET", path, show=False)
        while resource[field] in unfinished:
            if time.monotonic() > deadline:
                raise Broken(f"{path} is still {resource[field]} after {seconds:.0f} s. Does the worker run?")
            time.sleep(1)
            resource = self.call("GET", path, show=False)
        print(f"\n   GET …/audit{path}   (until it is done)")
        print(indented(shortened(resource)))
        return resource


def indented(text: str) -> str:
    """The text below its heading."""
    return "\n".join(f"     {line}" for line in text.splitlines())


def shortened(value: Any) -> str:
    """JSON that fits on a screen: long texts and lists are cut, and say so."""
    lines = json.dumps(cut(value), indent=2, ensure_ascii=False).splitlines()
    more = len(lines) - MOST_LINES
    return "\n".join(lines if more <= 0 else [*lines[:MOST_LINES], f"… {more} more lines"])


def cut(value: Any) -> Any:
    """The value with long texts and lists cut."""
    if isinstance(value, dict):
        return {key: cut(each) for key, each in value.items()}
    if isinstance(value, list):
        rest = len(value) - LONGEST_LIST
        return [cut(each) for each in value[:LONGEST_LIST]] + ([f"… {rest} more"] if rest > 0 else [])
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:LONGEST_TEXT]}…"
    return value
