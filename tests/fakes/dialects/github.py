"""The far end: a small GitHub on loopback that holds every request against GitHub's own description."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.serving import running

TOKEN = "ghp_Zm9yLXRlc3RzLW9ubHk0NzEx"
REPOSITORY = "acme/web-app"
SHARED = Path(os.environ.get("KRAFTER_SHARED") or Path(__file__).resolve().parents[4] / "shared")
SPECS = SHARED / "provider-specs"
Answer = tuple[int, dict[str, str], Any]


def description() -> Any:
    """Return the checker of GitHub's own description, or None where it does not lie beside this checkout."""
    if not (SPECS / "github.json").exists():
        return None
    if str(SPECS) not in sys.path:
        sys.path.insert(0, str(SPECS))
    from speccheck import Spec

    return Spec(str(SPECS / "github.json"))


DESCRIPTION = description()


@dataclass
class Request:
    """What came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class FakeGitHub:
    """Issues by number, alerts, timelines, and answers that a test puts in front."""

    url: str = ""
    repository: str = REPOSITORY
    token: str = TOKEN
    page_size: int = 100
    keeps_labels: bool = True
    has_issues: bool = True
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    timelines: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    alerts: dict[str, list[dict[str, Any]] | int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    tokens: list[Answer] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    scripted: list[tuple[str, str, Answer | Callable[[], Answer]]] = field(default_factory=list)

    def next_answer(self, method: str, path: str, answer: Answer | Callable[[], Answer]) -> None:
        """Answer the next request of that method whose path matches with this and nothing else."""
        self.scripted.append((method, path, answer))

    def asked(self, method: str, path: str = "") -> list[Request]:
        """Return the requests of a method whose path ends with `path`."""
        return [seen for seen in self.requests if seen.method == method and seen.path.endswith(path)]

    def touch(self, number: int, **changes: Any) -> dict[str, Any]:
        """Change an issue as a person does at GitHub, a minute later."""
        self.now += timedelta(minutes=1)
        return self._write(number, changes)

    def refer(self, number: int, pull_request: str) -> None:
        """Let a pull request refer to an issue."""
        source = {
            "type": "issue",
            "issue": {"html_url": pull_request, "pull_request": {"html_url": pull_request}},
        }
        self.timelines.setdefault(number, []).append({"event": "cross-referenced", "source": source})
        self.touch(number)

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if request.path == "/login/oauth/access_token":
            self.token_requests.append(request.body)
            return self.tokens.pop(0)
        self.requests.append(request)
        self._hold_against_the_description(request)
        for place, (method, path, answer) in enumerate(self.scripted):
            if method == request.method and re.search(path, request.path):
                del self.scripted[place]
                return answer() if callable(answer) else answer
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, {"message": "Bad credentials"}
        return self._route(request)

    def _hold_against_the_description(self, request: Request) -> None:
        if DESCRIPTION is not None:
            self.complaints += DESCRIPTION.check(
                request.method, request.path, request.query, request.headers, request.body
            )

    def _route(self, request: Request) -> Answer:
        start = f"/repos/{self.repository}"
        if not request.path.startswith(start):
            return 404, {}, {"message": "Not Found"}
        rest = request.path[len(start) :]
        if rest == "":
            return 200, {}, {"full_name": self.repository, "has_issues": self.has_issues}
        if rest == "/issues":
            return self._create_or_list(request)
        if found := re.fullmatch(r"/issues/(\d+)", rest):
            return self._issue(request, int(found[1]))
        if found := re.fullmatch(r"/issues/(\d+)/comments", rest):
            return self._comments(request, int(found[1]))
        if found := re.fullmatch(r"/issues/(\d+)/timeline", rest):
            return self._page(request, self.timelines.get(int(found[1]), []))
        if found := re.fullmatch(r"/(code-scanning|dependabot)/alerts", rest):
            return self._alerts(request, found[1])
        return 404, {}, {"message": "Not Found"}

    def _alerts(self, request: Request, kind: str) -> Answer:
        alerts = self.alerts.get(kind, 404)
        if isinstance(alerts, int):
            return alerts, {}, {"message": "not available"}
        return self._page(request, alerts)

    def _create_or_list(self, request: Request) -> Answer:
        if request.method == "POST":
            return self._create(request.body)
        return self._page(request, self._issues_since(request.query["since"]))

    def _create(self, body: dict[str, Any]) -> Answer:
        number = max(self.issues, default=0) + 1
        labels = body.get("labels", []) if self.keeps_labels else []
        self.issues[number] = {"number": number, "state": "open", "state_reason": None, "labels": []}
        self._write(number, {**body, "labels": labels})
        return 201, {}, self.issues[number]

    def _comments(self, request: Request, number: int) -> Answer:
        said = self.comments.setdefault(number, [])
        if request.method == "GET":
            return self._page(request, said)
        said.append(dict(request.body))
        return 201, {}, said[-1]

    def _issue(self, request: Request, number: int) -> Answer:
        if number not in self.issues:
            return 404, {}, {"message": "Not Found"}
        if request.method == "PATCH":
            changes = dict(request.body)
            if not self.keeps_labels:
                changes.pop("labels", None)
            self._write(number, changes)
        return 200, {}, self.issues[number]

    def _write(self, number: int, changes: dict[str, Any]) -> dict[str, Any]:
        labels = changes.pop("labels", None)
        issue = self.issues[number]
        issue.update(changes)
        if labels is not None:
            issue["labels"] = [{"name": name} for name in labels]
        issue["html_url"] = f"https://github.com/{self.repository}/issues/{number}"
        issue["updated_at"] = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return issue

    def _issues_since(self, since: str) -> list[dict[str, Any]]:
        changed = [issue for issue in self.issues.values() if issue["updated_at"] >= since]
        return sorted(changed, key=lambda issue: (issue["updated_at"], issue["number"]), reverse=True)

    def _page(self, request: Request, rows: list[Any]) -> Answer:
        size = min(self.page_size, int(request.query.get("per_page", 30)))
        page = int(request.query.get("page", 1))
        headers = {}
        if page * size < len(rows):
            query = "&".join(f"{name}={value}" for name, value in {**request.query, "page": page + 1}.items())
            headers["Link"] = f'<{self.url}{request.path}?{query}>; rel="next", <{self.url}>; rel="last"'
        return 200, headers, rows[(page - 1) * size :][:size]


def handler(far_end: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    """Return the web server's side of it."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Stay quiet."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            body = dict(parse_qsl(sent.decode())) if is_form else json.loads(sent) if sent else None
            status, extra, content = far_end.answer(
                Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            )
            written = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **extra}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_POST = do_PATCH = do_GET

    return Handler


def serve() -> Iterator[FakeGitHub]:
    """Serve a fresh GitHub on loopback."""
    far_end = FakeGitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(far_end))
    far_end.url = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield far_end
