"""A fake Linear, by GraphQL. Requests and answers are checked against Linear's schema."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from tests.fakes.specs import SPECS
from tests.fakes.tracker import FakeTracker
from tests.fakes.vendor_server import Answer, Request

KEY = "lin_api_Zm9yLXRlc3RzLW9ubHk0NzEx"
OAUTH_TOKEN = "lin_oauth_Zm9yLXRlc3RzLW9ubHk0NzEx"
TEAM = "2f0d1a46-6b0e-4a52-9b0d-5d9f7c3f0a11"
OTHER_TEAM = "7c1e9a55-02a4-4c60-8f6e-0c3b5a1d9e22"
SCHEMA = "linear.graphql"
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
    """Return Linear's own schema; None if it is not available."""
    if not (SPECS / SCHEMA).exists():
        return None
    from graphql import build_schema

    return build_schema((SPECS / SCHEMA).read_text(), assume_valid=True, no_location=True)


@cache
def schema_errors(document: str) -> tuple[str, ...]:
    """Validate a document against Linear's schema."""
    from graphql import parse, validate

    return tuple(error.message for error in validate(schema(), parse(document)))


def error(code: str, message: str = "No.", **more: Any) -> dict[str, Any]:
    """Return errors as Linear sends them."""
    return {"errors": [{"message": message, "extensions": {"code": code, **more}}], "data": None}


@dataclass
class FakeLinear(FakeTracker):
    """One team: its issues by id, workflow states and attachments."""

    provider = "linear"
    spec_name = SCHEMA
    credentials = {"api_key": KEY, "team_id": TEAM}
    moves = {
        "close": {"stateId": "done"},
        "drop": {"stateId": "canceled"},
        "start": {"stateId": "progress"},
        "reopen": {"stateId": "todo"},
    }

    team: str = TEAM
    authorization: str = KEY
    workflow: tuple[tuple[str, str, float], ...] = WORKFLOW
    attachments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def next_operation(self, operation: str, answer: Any) -> None:
        """Answer the next request of an operation with this."""
        self.next_answer("POST", f"^{operation}$", answer)

    def variables(self, operation: str) -> list[dict[str, Any]]:
        """Return the variables of the requests of an operation."""
        return [request.variables for request in self.requests if request.operation == operation]

    @property
    def comment_count(self) -> int:
        return len(self.comments)

    @property
    def only(self) -> dict[str, Any]:
        """The only issue."""
        (issue,) = self.issues.values()
        return issue

    def touch_only(self, **changes: Any) -> None:
        """Change the only issue as a person, a minute later."""
        self.touch(self.only["id"], **changes)

    def attach(self, url: str) -> None:
        """Attach a URL to the only issue, a minute later."""
        self.now += timedelta(minutes=1)
        attached = {"url": url, "createdAt": self._timestamp()}
        self.attachments.setdefault(self.only["id"], []).append(attached)

    def subject(self, request: Request) -> str:
        return request.operation

    def check(self, request: Request) -> None:
        """Requests are checked where they are executed."""

    def authorize(self, request: Request) -> Answer | None:
        if request.headers.get("authorization") in (self.authorization, f"Bearer {OAUTH_TOKEN}"):
            return None
        return 401, {}, error("AUTHENTICATION_ERROR", "Authentication required, not authenticated")

    def route(self, request: Request) -> Answer:
        if request.path != "/graphql":
            return 404, {}, b"<html>Not found</html>"
        status, headers, body = getattr(self, f"_{request.operation.lower()}")(request.variables)
        if status == 200 and "errors" not in body:
            body = self._execute(request, body)
        return status, headers, body

    def _execute(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Let Linear's schema select the requested fields, and complain about what does not fit."""
        if schema() is None:
            return body
        from graphql import execute, parse

        errors = schema_errors(request.document)
        self.complaints += errors
        if errors:
            return error("GRAPHQL_VALIDATION_FAILED", errors[0])
        result = execute(schema(), parse(request.document), body["data"], variable_values=request.variables)
        self.complaints += [fault.message for fault in result.errors or []]
        return {"data": result.data}

    def _team(self, variables: dict[str, Any]) -> Answer:
        if variables["team"] != self.team:
            return 200, {}, error("INPUT_ERROR", "Entity not found: Team")
        return 200, {}, {"data": {"team": self._team_node()}}

    def _issues(self, variables: dict[str, Any]) -> Answer:
        since = variables["since"].replace("Z", ".000Z")
        changed = [
            issue
            for issue in self.issues.values()
            if issue["updatedAt"] >= since and issue["teamId"] == variables["team"]
        ]
        changed.sort(key=lambda issue: (issue["updatedAt"], issue["number"]), reverse=True)
        return 200, {}, {"data": {"issues": self._connection(changed, variables["after"])}}

    def _issue(self, variables: dict[str, Any]) -> Answer:
        if variables["id"] not in self.issues:
            return 200, {}, error("INPUT_ERROR", "Entity not found: Issue")
        return 200, {}, {"data": {"issue": self.issues[variables["id"]]}}

    def _workflow(self, variables: dict[str, Any]) -> Answer:
        status, headers, body = self._issue(variables)
        if "errors" in body:
            return status, headers, body
        return 200, {}, {"data": {"issue": {**body["data"]["issue"], "team": self._team_node()}}}

    def _attachments(self, variables: dict[str, Any]) -> Answer:
        attached = self._connection(self.attachments.get(variables["id"], []), variables["after"])
        return 200, {}, {"data": {"issue": {"attachments": attached}}}

    def _create(self, variables: dict[str, Any]) -> Answer:
        return self.create(variables)

    def create(self, variables: dict[str, Any]) -> Answer:
        """Create an issue."""
        given = variables["input"]
        if given["id"] in self.issues:
            return 400, {}, error("INPUT_ERROR", "Entity with this id already exists")
        number = self.next_number()
        self.issues[given["id"]] = {
            "id": given["id"],
            "number": number,
            "identifier": f"ENG-{number}",
            "url": f"https://linear.app/acme/issue/ENG-{number}",
            "trashed": None,
        }
        self.write(given["id"], given)
        return 200, {}, {"data": {"issueCreate": {"success": True, "issue": self.issues[given["id"]]}}}

    def _comment(self, variables: dict[str, Any]) -> Answer:
        given = variables["input"]
        if given["id"] in self.comments:
            return 400, {}, error("INPUT_ERROR", "Entity with this id already exists")
        self.comments[given["id"]] = given
        return 200, {}, {"data": {"commentCreate": {"success": True}}}

    def _commentbyid(self, variables: dict[str, Any]) -> Answer:
        found = [comment for comment in self.comments.values() if comment["id"] == variables["id"]]
        return 200, {}, {"data": {"comments": self._connection(found, None)}}

    def _update(self, variables: dict[str, Any]) -> Answer:
        if variables["id"] not in self.issues:
            return 200, {}, error("INPUT_ERROR", "Entity not found: Issue")
        self.write(variables["id"], variables["input"])
        return 200, {}, {"data": {"issueUpdate": {"success": True, "issue": self.issues[variables["id"]]}}}

    def is_closed(self, issue: dict[str, Any]) -> bool:
        return bool(issue["trashed"]) or issue["state"]["type"] in ("completed", "canceled", "duplicate")

    def delete(self, number: str) -> None:
        # Linear still answers with a deleted issue.
        self.write(number, {"trashed": True})

    def write(self, number: str, changes: dict[str, Any]) -> dict[str, Any]:
        issue = self.issues[number]
        issue.update(changes)
        kinds = {name: kind for name, kind, _ in self.workflow}
        issue["state"] = {"id": issue["stateId"], "type": kinds[issue["stateId"]]}
        issue["team"] = {"id": issue["teamId"]}
        issue["updatedAt"] = self._timestamp()
        return issue

    def _team_node(self) -> dict[str, Any]:
        states = [{"id": name, "type": kind, "position": position} for name, kind, position in self.workflow]
        return {"id": self.team, "states": {"nodes": states}}

    def _connection(self, rows: list[Any], after: str | None) -> dict[str, Any]:
        start = int(after.removeprefix("cursor-")) if after else 0
        end = start + self.page_size
        info = {"hasNextPage": end < len(rows), "endCursor": f"cursor-{end}"}
        return {"nodes": rows[start:end], "pageInfo": info}

    def _timestamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
