"""The far end: a small GitLab on loopback that holds every request against GitLab's own description."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tests.fakes.dialects.github import SPECS, Answer, Request
from tests.serving import running

TOKEN = "glpat-Zm9yLXRlc3RzLW9ubHk0NzEx"
PROJECT = "acme/shop/web-app"
COMMAND = re.compile(r"^/close$", re.MULTILINE)


def description() -> Any:
    """Return the checker of GitLab's own description, or None where it does not lie beside this checkout."""
    if not (SPECS / "gitlab.json").exists():
        return None
    if str(SPECS) not in sys.path:
        sys.path.insert(0, str(SPECS))
    from speccheck import Spec

    return Spec(str(SPECS / "gitlab.json"))


DESCRIPTION = description()


def example(schema: str) -> dict[str, Any]:
    """Return an object of the examples that the description gives for a schema's members."""
    members = DESCRIPTION.d["components"]["schemas"][schema]["properties"]
    return {name: _example(member) for name, member in members.items()}


def _example(member: dict[str, Any]) -> Any:
    if "$ref" in member:
        return example(member["$ref"].rpartition("/")[2])
    return member.get("example")


@dataclass
class FakeGitLab:
    """Issues by number, merge requests of issues, findings, and answers that a test puts in front."""

    url: str = ""
    project: str = PROJECT
    number: int = 42
    token: str = TOKEN
    page_size: int = 100
    features: dict[str, Any] = field(default_factory=lambda: {"issues_enabled": True})
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    merge_requests: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    findings: list[dict[str, Any]] | int = 403
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    tokens: list[Answer] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    scripted: list[tuple[str, str, Answer | Callable[[], Answer]]] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)

    def next_answer(self, method: str, path: str, answer: Answer | Callable[[], Answer]) -> None:
        """Answer the next request of that method whose path matches with this and nothing else."""
        self.scripted.append((method, path, answer))

    def asked(self, method: str, path: str = "") -> list[Request]:
        """Return the requests of a method whose path ends with `path`."""
        return [seen for seen in self.requests if seen.method == method and seen.path.endswith(path)]

    def touch(self, iid: int, **changes: Any) -> dict[str, Any]:
        """Change an issue as a person does at GitLab, a minute later."""
        self.now += timedelta(minutes=1)
        return self._write(iid, changes)

    def merge(self, issue: int, iid: int, *, project: str = PROJECT, **more: Any) -> None:
        """Let a merge request of a project close an issue, or refer to it."""
        relation = more.pop("relation", "closed_by")
        made = {
            "iid": iid,
            "project_id": self.number if project == self.project else 7,
            "state": "opened",
            "references": {"full": f"{project}!{iid}"},
            "web_url": f"https://gitlab.example/{project}/-/merge_requests/{iid}",
        }
        self.merge_requests.setdefault((relation, issue), []).append({**made, **more})

    def answer(self, request: Request, target: str) -> Answer:
        """Answer one request. `target` is its path and query as they came in."""
        if request.path == "/oauth/token":
            self.token_requests.append(request.body)
            return self.tokens.pop(0)
        self.requests.append(request)
        self._hold_against_the_description(request, target)
        for place, (method, path, answer) in enumerate(self.scripted):
            if method == request.method and re.search(path, request.path):
                del self.scripted[place]
                return answer() if callable(answer) else answer
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, {"message": "401 Unauthorized"}
        return self._route(request)

    def _hold_against_the_description(self, request: Request, target: str) -> None:
        """The description leaves the pages of merge requests out: there a page that we named ourselves is ours."""
        is_left_out = request.path.endswith(("/closed_by", "/related_merge_requests"))
        if DESCRIPTION is not None and not (is_left_out and target in self.offered):
            self.complaints += DESCRIPTION.check(
                request.method, request.path, request.query, request.headers, request.body
            )

    def _route(self, request: Request) -> Answer:
        found = re.fullmatch(r"/api/v4/projects/([^/]+)(/.*)?", request.path)
        if not found or found[1] not in (quote(self.project, safe=""), str(self.number)):
            return 404, {}, {"message": "404 Project Not Found"}
        rest = found[2] or ""
        if rest == "":
            return 200, {}, {"id": self.number, "path_with_namespace": self.project, **self.features}
        if rest == "/issues":
            return self._create_or_list(request)
        if rest == "/vulnerability_findings":
            return self._findings(request)
        if found := re.fullmatch(r"/issues/(\d+)", rest):
            return self._issue(request, int(found[1]))
        if found := re.fullmatch(r"/issues/(\d+)/notes", rest):
            return self._comments(request, int(found[1]))
        if found := re.fullmatch(r"/issues/(\d+)/(closed_by|related_merge_requests)", rest):
            return self._page(request, self.merge_requests.get((found[2], int(found[1])), []))
        return 404, {}, {"error": "404 Not Found"}

    def _findings(self, request: Request) -> Answer:
        if isinstance(self.findings, int):
            return self.findings, {}, {"message": "403 Forbidden"}
        return self._page(request, self.findings)

    def _comments(self, request: Request, iid: int) -> Answer:
        said = self.comments.setdefault(iid, [])
        if request.method == "GET":
            return self._page(request, said)
        said.append(dict(request.body))
        return 201, {}, said[-1]

    def _create_or_list(self, request: Request) -> Answer:
        if request.method == "POST":
            return self._create(request.body)
        return self._page(request, self._issues_since(request.query["updated_after"]))

    def _create(self, body: dict[str, Any]) -> Answer:
        iid = max(self.issues, default=0) + 1
        self.issues[iid] = {"iid": iid, "project_id": self.number, "state": "opened", "labels": []}
        self._write(iid, body)
        return 201, {}, self.issues[iid]

    def _issue(self, request: Request, iid: int) -> Answer:
        if iid not in self.issues:
            return 404, {}, {"message": "404 Issue Not Found"}
        if request.method == "PUT":
            self._write(iid, request.body)
        return 200, {}, self.issues[iid]

    def _write(self, iid: int, sent: dict[str, Any]) -> dict[str, Any]:
        """Write as GitLab does: labels by adding and removing, state by an event, commands carried out."""
        changes, issue = dict(sent), self.issues[iid]
        labels = set(changes.pop("labels", issue["labels"])) | set(changes.pop("add_labels", []))
        issue["labels"] = sorted(labels - set(changes.pop("remove_labels", [])))
        event = changes.pop("state_event", None)
        if event:
            issue["state"] = {"close": "closed", "reopen": "opened"}[event]
        issue.update(changes)
        if COMMAND.search(issue["description"]):
            issue["state"] = "closed"
        issue["web_url"] = f"https://gitlab.example/{self.project}/-/issues/{iid}"
        issue["updated_at"] = self.now.strftime("%Y-%m-%dT%H:%M:%S.123Z")
        return issue

    def _issues_since(self, since: str) -> list[dict[str, Any]]:
        changed = [issue for issue in self.issues.values() if issue["updated_at"] >= since]
        return sorted(changed, key=lambda issue: (issue["updated_at"], issue["iid"]), reverse=True)

    def _page(self, request: Request, rows: list[Any]) -> Answer:
        size = min(self.page_size, int(request.query.get("per_page", 20)))
        page = int(request.query.get("page", 1))
        headers = {}
        if page * size < len(rows):
            query = {**request.query, "page": page + 1, "per_page": size}
            target = request.path + "?" + "&".join(f"{name}={quote(str(v))}" for name, v in query.items())
            self.offered.add(target)
            headers["Link"] = f'<{self.url}{target}>; rel="next", <{self.url}>; rel="first"'
        return 200, headers, rows[(page - 1) * size :][:size]


def handler(far_end: FakeGitLab) -> type[BaseHTTPRequestHandler]:
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
            request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            status, extra, content = far_end.answer(request, self.path)
            written = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **extra}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_POST = do_PUT = do_GET

    return Handler


def serve() -> Iterator[FakeGitLab]:
    """Serve a fresh GitLab on loopback."""
    far_end = FakeGitLab()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(far_end))
    far_end.url = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield far_end
