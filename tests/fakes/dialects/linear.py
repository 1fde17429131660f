"""The far end: a small Linear on loopback that holds every request and every answer against Linear's schema."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.serving import running

KEY = "lin_api_Zm9yLXRlc3RzLW9ubHk0NzEx"
TEAM = "2f0d1a46-6b0e-4a52-9b0d-5d9f7c3f0a11"
OTHER_TEAM = "7c1e9a55-02a4-4c60-8f6e-0c3b5a1d9e22"
SHARED = Path(os.environ.get("KRAFTER_SHARED") or Path(__file__).resolve().parents[4] / "shared")
SCHEMA = SHARED / "provider-specs" / "linear.graphql"
Answer = tuple[int, dict[str, str], Any]
WORKFLOW = (
    ("review", "started", 1002.5),
    ("triage", "triage", 0),
    ("todo", "unstarted", 1),
    ("backlog", "backlog", 0),
    ("later", "backlog", 5),
    ("progress", "started", 2),
    ("done", "completed", 3),
    ("shipped", "completed", 4),
    ("canceled", "canceled", 5),
    ("duplicate", "duplicate", 6),
)


@cache
def schema() -> Any:
    """Return Linear's own schema, or None where it does not lie beside this checkout."""
    if not SCHEMA.exists():
        return None
    from graphql import build_schema

    return build_schema(SCHEMA.read_text(), assume_valid=True, no_location=True)


@cache
def complaints_about(document: str) -> tuple[str, ...]:
    """Return what Linear's schema has against a document."""
    from graphql import parse, validate

    return tuple(error.message for error in validate(schema(), parse(document)))


def refusal(code: str, message: str = "No.", **more: Any) -> dict[str, Any]:
    """Return an answer of errors as Linear sends it."""
    return {"errors": [{"message": message, "extensions": {"code": code, **more}}], "data": None}


@dataclass
class Request:
    """What came in."""

    path: str
    operation: str
    variables: dict[str, Any]
    headers: dict[str, str]
    document: str


@dataclass
class FakeLinear:
    """Issues by id, the states of the team, attachments, and answers that a test puts in front."""

    url: str = ""
    team: str = TEAM
    authorization: str = KEY
    page_size: int = 100
    workflow: tuple[tuple[str, str, float], ...] = WORKFLOW
    issues: dict[str, dict[str, Any]] = field(default_factory=dict)
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    attachments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    scripted: list[tuple[str, Answer | Callable[[], Answer]]] = field(default_factory=list)

    def next_answer(self, operation: str, answer: Answer | Callable[[], Answer]) -> None:
        """Answer the next request of that operation with this and nothing else."""
        self.scripted.append((operation, answer))

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """Return the variables of the requests of an operation."""
        return [seen.variables for seen in self.requests if seen.operation == operation]

    @property
    def only(self) -> dict[str, Any]:
        """The one issue that there is."""
        (issue,) = self.issues.values()
        return issue

    def touch(self, **changes: Any) -> None:
        """Change the one issue as a person does at Linear, a minute later."""
        self.now += timedelta(minutes=1)
        self._write(self.only["id"], changes)

    def attach(self, url: str) -> None:
        """Attach an address to the one issue, a minute later."""
        self.now += timedelta(minutes=1)
        attached = {"url": url, "createdAt": self._moment()}
        self.attachments.setdefault(self.only["id"], []).append(attached)

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        self.requests.append(request)
        for place, (operation, answer) in enumerate(self.scripted):
            if operation == request.operation:
                del self.scripted[place]
                return answer() if callable(answer) else answer
        if request.path != "/graphql":
            return 404, {}, b"<html>Not found</html>"
        if request.headers.get("authorization") != self.authorization:
            return 401, {}, refusal("AUTHENTICATION_ERROR", "Authentication required, not authenticated")
        status, headers, told = getattr(self, f"_{request.operation.lower()}")(request.variables)
        if status == 200 and "errors" not in told:
            told = self._held_against_the_schema(request, told)
        return status, headers, told

    def _held_against_the_schema(self, request: Request, told: dict[str, Any]) -> dict[str, Any]:
        """Let Linear's schema pick out what was asked for, and complain of what does not fit."""
        if schema() is None:
            return told
        from graphql import execute, parse

        problems = complaints_about(request.document)
        self.complaints += problems
        if problems:
            return refusal("GRAPHQL_VALIDATION_FAILED", problems[0])
        done = execute(schema(), parse(request.document), told["data"], variable_values=request.variables)
        self.complaints += [error.message for error in done.errors or []]
        return {"data": done.data}

    def _team(self, variables: dict[str, Any]) -> Answer:
        if variables["team"] != self.team:
            return 200, {}, refusal("INPUT_ERROR", "Entity not found: Team")
        return 200, {}, {"data": {"team": self._team_node()}}

    def _issues(self, variables: dict[str, Any]) -> Answer:
        moment = variables["since"].replace("Z", ".000Z")
        changed = [
            issue
            for issue in self.issues.values()
            if issue["updatedAt"] >= moment and issue["teamId"] == variables["team"]
        ]
        changed.sort(key=lambda issue: (issue["updatedAt"], issue["number"]), reverse=True)
        return 200, {}, {"data": {"issues": self._connection(changed, variables["after"])}}

    def _issuemade(self, variables: dict[str, Any]) -> Answer:
        found = [issue for issue in self.issues.values() if issue["id"] == variables["id"]]
        return 200, {}, {"data": {"issues": self._connection(found, None)}}

    def _issue(self, variables: dict[str, Any]) -> Answer:
        if variables["id"] not in self.issues:
            return 200, {}, refusal("INPUT_ERROR", "Entity not found: Issue")
        return 200, {}, {"data": {"issue": self.issues[variables["id"]]}}

    def _workflow(self, variables: dict[str, Any]) -> Answer:
        status, headers, told = self._issue(variables)
        if "errors" in told:
            return status, headers, told
        return 200, {}, {"data": {"issue": {**told["data"]["issue"], "team": self._team_node()}}}

    def _attachments(self, variables: dict[str, Any]) -> Answer:
        attached = self._connection(self.attachments.get(variables["id"], []), variables["after"])
        return 200, {}, {"data": {"issue": {"attachments": attached}}}

    def _create(self, variables: dict[str, Any]) -> Answer:
        given = variables["input"]
        if given["id"] in self.issues:
            return 400, {}, refusal("INPUT_ERROR", "Entity with this id already exists")
        number = len(self.issues) + 1
        self.issues[given["id"]] = {
            "id": given["id"],
            "number": number,
            "identifier": f"ENG-{number}",
            "url": f"https://linear.app/acme/issue/ENG-{number}",
            "trashed": None,
        }
        self._write(given["id"], given)
        return 200, {}, {"data": {"issueCreate": {"success": True, "issue": self.issues[given["id"]]}}}

    def _comment(self, variables: dict[str, Any]) -> Answer:
        given = variables["input"]
        if given["id"] in self.comments:
            return 400, {}, refusal("INPUT_ERROR", "Entity with this id already exists")
        self.comments[given["id"]] = given
        return 200, {}, {"data": {"commentCreate": {"success": True}}}

    def _commentmade(self, variables: dict[str, Any]) -> Answer:
        found = [comment for comment in self.comments.values() if comment["id"] == variables["id"]]
        return 200, {}, {"data": {"comments": self._connection(found, None)}}

    def _update(self, variables: dict[str, Any]) -> Answer:
        if variables["id"] not in self.issues:
            return 200, {}, refusal("INPUT_ERROR", "Entity not found: Issue")
        self._write(variables["id"], variables["input"])
        return 200, {}, {"data": {"issueUpdate": {"success": True, "issue": self.issues[variables["id"]]}}}

    def _write(self, number: str, changes: dict[str, Any]) -> None:
        issue = self.issues[number]
        issue.update(changes)
        kinds = {name: kind for name, kind, _ in self.workflow}
        issue["state"] = {"id": issue["stateId"], "type": kinds[issue["stateId"]]}
        issue["updatedAt"] = self._moment()

    def _team_node(self) -> dict[str, Any]:
        states = [{"id": name, "type": kind, "position": place} for name, kind, place in self.workflow]
        return {"id": self.team, "states": {"nodes": states}}

    def _connection(self, rows: list[Any], after: str | None) -> dict[str, Any]:
        start = int(after.removeprefix("cursor-")) if after else 0
        end = start + self.page_size
        info = {"hasNextPage": end < len(rows), "endCursor": f"cursor-{end}"}
        return {"nodes": rows[start:end], "pageInfo": info}

    def _moment(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def handler(far_end: FakeLinear) -> type[BaseHTTPRequestHandler]:
    """Return the web server's side of it."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Stay quiet."""

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            operation = re.search(r"(?:query|mutation) (\w+)", sent["query"])
            name = operation[1] if operation else ""
            status, extra, content = far_end.answer(
                Request(self.path, name, sent["variables"], headers, sent["query"])
            )
            written = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for header, value in {"Content-Type": "application/json", **extra}.items():
                self.send_header(header, value)
            self.send_header("Content-Length", str(len(written)))
            with suppress(BrokenPipeError, ConnectionResetError):  # a client whose time was up has gone
                self.end_headers()
                self.wfile.write(written)

    return Handler


def serve() -> Iterator[FakeLinear]:
    """Serve a fresh Linear on loopback."""
    far_end = FakeLinear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(far_end))
    far_end.url = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield far_end
